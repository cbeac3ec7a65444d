// A thin, boring boundary: all the thought is above it, in TypeScript, or below it, in libtorch and kernels/.
#include "engine.h"

namespace pocketnet {

Napi::Object init(Napi::Env env, Napi::Object exports) {
  auto* engine = new Engine();
  auto key = Napi::Array::New(env, 1);
  key.Set(0u, Napi::String::New(env, "handle"));
  engine->handleKey = Napi::Persistent(key.As<Napi::Object>());
  env.SetInstanceData(engine);
  exportOperators(env, exports);
  exportAutograd(env, exports);
  exportMemory(env, exports);
  exportRuntime(env, exports);
  return exports;
}

}  // namespace pocketnet

static Napi::Object Init(Napi::Env env, Napi::Object exports) { return pocketnet::init(env, exports); }
NODE_API_MODULE(pocketnet_torch, Init)

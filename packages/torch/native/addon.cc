// A thin, boring boundary: all the thought is above it, in TypeScript, or below it, in libtorch and kernels/.
#include "engine.h"

#include <dlfcn.h>

namespace pocketnet {

// Node unloads an addon with the last worker that used it. Operators, an allocator and threads of ours live on inside libtorch.
void stayLoaded() {
  Dl_info place;
  if (dladdr(reinterpret_cast<void*>(&stayLoaded), &place) && place.dli_fname) dlopen(place.dli_fname, RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE);
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
  stayLoaded();
  manageMemory();
  auto* engine = new Engine();
  auto key = Napi::Array::New(env, 1);
  key.Set(0u, Napi::String::New(env, "handle"));
  engine->handleKey = Napi::Persistent(key.As<Napi::Object>());
  env.SetInstanceData(engine);
  exportOperators(env, exports);
  exportAutograd(env, exports);
  exportMemory(env, exports);
  exportRuntime(env, exports);
  exportDistributed(env, exports);
  return exports;
}

}  // namespace pocketnet

static Napi::Object Init(Napi::Env env, Napi::Object exports) { return pocketnet::init(env, exports); }
NODE_API_MODULE(pocketnet_torch, Init)

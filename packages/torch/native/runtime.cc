// The engine as a whole: version, threads, devices, random numbers.
#include "engine.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <torch/version.h>

#include <algorithm>
#include <cmath>
#include <thread>

namespace pocketnet {
namespace {

at::Generator generatorOf(const std::string& device) {
  const c10::Device where(device);
  if (where.is_cpu()) return at::detail::getDefaultCPUGenerator();
  return at::globalContext().defaultGenerator(where);
}

Napi::Value about(const Napi::CallbackInfo& info) {
  auto result = Napi::Object::New(info.Env());
  result.Set("version", TORCH_VERSION);
  result.Set("threads", at::get_num_threads());
  result.Set("cuda", at::hasCUDA());
  result.Set("parallel", at::get_parallel_info());
  result.Set("configuration", at::show_config());
  return result;
}

Napi::Value threads(const Napi::CallbackInfo& info) {
  if (info.Length() > 0 && !info[0].IsUndefined()) {
    const double count = info[0].ToNumber().DoubleValue();
    // Threads wait by spinning: far more of them than cores bring everything to a halt.
    const unsigned most = std::max(16u, 2 * std::thread::hardware_concurrency());
    if (!(count >= 1) || count != std::floor(count) || count > most) {
      throw std::runtime_error("the number of threads is a whole number from 1 to " + std::to_string(most));
    }
    at::set_num_threads(static_cast<int>(count));
  }
  return Napi::Number::New(info.Env(), at::get_num_threads());
}

Napi::Value manualSeed(const Napi::CallbackInfo& info) {
  const double seed = info[0].ToNumber().DoubleValue();
  if (!(seed >= 0) || seed != std::floor(seed) || seed > 9007199254740991.0) throw std::runtime_error("a seed is a whole number from 0 to 2^53 - 1");
  at::manual_seed(static_cast<uint64_t>(seed));
  return info.Env().Undefined();
}

Napi::Value randomState(const Napi::CallbackInfo& info) {
  auto generator = generatorOf(info[0].ToString().Utf8Value());
  std::lock_guard<std::mutex> lock(generator.mutex());
  return wrapTensor(info.Env(), generator.get_state());
}

Napi::Value setRandomState(const Napi::CallbackInfo& info) {
  auto generator = generatorOf(info[0].ToString().Utf8Value());
  const auto state = toTensor(info.Env(), info[1]).clone();
  std::lock_guard<std::mutex> lock(generator.mutex());
  generator.set_state(state);
  return info.Env().Undefined();
}

// TF32 rounds inputs to 10 bits; golden numbers are compared with it off.
Napi::Value allowTf32(const Napi::CallbackInfo& info) {
  const bool allowed = info[0].ToBoolean().Value();
  at::globalContext().setAllowTF32CuBLAS(allowed);
  at::globalContext().setAllowTF32CuDNN(allowed);
  return info.Env().Undefined();
}

}  // namespace

void exportRuntime(Napi::Env env, Napi::Object exports) {
  define(env, exports, "about", about);
  define(env, exports, "threads", threads);
  define(env, exports, "manualSeed", manualSeed);
  define(env, exports, "randomState", randomState);
  define(env, exports, "setRandomState", setRandomState);
  define(env, exports, "allowTf32", allowTf32);
}

}  // namespace pocketnet

// Reverse-mode differentiation: what the dispatcher does not offer as an operator.
#include "engine.h"

#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/variable.h>

#include "compat.h"

namespace pocketnet {
namespace {

bool flag(const Napi::CallbackInfo& info, size_t index) { return info.Length() > index && info[index].ToBoolean().Value(); }

// backward(roots[], gradients[] | null, retainGraph, createGraph)
Napi::Value backward(const Napi::CallbackInfo& info) {
  const auto roots = toTensors(info.Env(), info[0]);
  std::vector<at::Tensor> gradients;
  if (info[1].IsArray()) gradients = toTensors(info.Env(), info[1]);
  torch::autograd::backward(roots, gradients, flag(info, 2), flag(info, 3));
  return info.Env().Undefined();
}

// grad(outputs[], inputs[], gradients[] | null, retainGraph, createGraph, allowUnused) -> handles, null where unused
Napi::Value grad(const Napi::CallbackInfo& info) {
  const auto outputs = toTensors(info.Env(), info[0]);
  const auto inputs = toTensors(info.Env(), info[1]);
  std::vector<at::Tensor> gradients;
  if (info[2].IsArray()) gradients = toTensors(info.Env(), info[2]);
  const auto results = torch::autograd::grad(outputs, inputs, gradients, flag(info, 3), flag(info, 4), flag(info, 5));
  auto array = Napi::Array::New(info.Env(), results.size());
  for (size_t i = 0; i < results.size(); i++) array.Set(static_cast<uint32_t>(i), wrapTensor(info.Env(), results[i]));
  return array;
}

Napi::Value setGradEnabled(const Napi::CallbackInfo& info) {
  const bool before = at::GradMode::is_enabled();
  at::GradMode::set_enabled(flag(info, 0));
  return Napi::Boolean::New(info.Env(), before);
}

Napi::Value requiresGrad(const Napi::CallbackInfo& info) {
  const at::Tensor tensor = toTensor(info.Env(), info[0]);
  if (info.Length() > 1) tensor.set_requires_grad(flag(info, 1));
  return Napi::Boolean::New(info.Env(), tensor.requires_grad());
}

Napi::Value gradientOf(const Napi::CallbackInfo& info) {
  const auto& tensor = toTensor(info.Env(), info[0]);
  if (!tensor.is_leaf()) throw std::runtime_error("only leaf tensors hold a gradient");
  return wrapTensor(info.Env(), tensor.grad());
}

// setGradient(tensor, gradient | null)
Napi::Value setGradient(const Napi::CallbackInfo& info) {
  const at::Tensor tensor = toTensor(info.Env(), info[0]);  // a copy: reading the gradient's handle may run a getter
  if (!tensor.is_leaf()) throw std::runtime_error("only leaf tensors hold a gradient");
  if (info[1].IsNull() || info[1].IsUndefined()) {
    tensor.mutable_grad() = at::Tensor();
    return info.Env().Undefined();
  }
  const at::Tensor gradient = toTensor(info.Env(), info[1]);
  if (gradient.sizes() != tensor.sizes() || gradient.scalar_type() != tensor.scalar_type() || gradient.device() != tensor.device()) {
    throw std::runtime_error("a gradient has its tensor's shape, dtype and device: " + describe(gradient) + " was given for " + describe(tensor));
  }
  tensor.mutable_grad() = gradient;
  return info.Env().Undefined();
}

// clearGradients(tensors[]): many at once, since a step clears some five hundred
Napi::Value clearGradients(const Napi::CallbackInfo& info) {
  for (const at::Tensor& tensor : toTensors(info.Env(), info[0])) tensor.mutable_grad() = at::Tensor();
  return info.Env().Undefined();
}

// autocast(device, enabled) -> whether it was: operators that gain from bfloat16 then run in it
Napi::Value autocast(const Napi::CallbackInfo& info) {
  const c10::Device device(info[0].ToString().Utf8Value());
  if (!device.is_cpu() && !device.is_cuda()) throw std::runtime_error("the device is cpu or cuda, not " + device.str());
  const bool before = compat::isAutocast(device.type());
  compat::setAutocast(device.type(), flag(info, 1), at::kBFloat16);
  if (!flag(info, 1)) at::autocast::clear_cache();
  return Napi::Boolean::New(info.Env(), before);
}

}  // namespace

void exportAutograd(Napi::Env env, Napi::Object exports) {
  define(env, exports, "backward", backward);
  define(env, exports, "grad", grad);
  define(env, exports, "setGradEnabled", setGradEnabled);
  define(env, exports, "requiresGrad", requiresGrad);
  define(env, exports, "gradientOf", gradientOf);
  define(env, exports, "setGradient", setGradient);
  define(env, exports, "clearGradients", clearGradients);
  define(env, exports, "autocast", autocast);
}

}  // namespace pocketnet

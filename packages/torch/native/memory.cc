// Between JavaScript's buffers and libtorch's: zero-copy in, one copy out.
#include "engine.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace pocketnet {
namespace {

at::ScalarType dtypeOf(Napi::Value value) { return static_cast<at::ScalarType>(value.ToNumber().Int32Value()); }

std::vector<int64_t> shapeOf(Napi::Value value) {
  if (!value.IsArray()) throw std::runtime_error("expected a shape: an array of sizes");
  const auto array = value.As<Napi::Array>();
  if (array.Length() > 64) throw std::runtime_error("a shape has at most 64 sizes, not " + std::to_string(array.Length()));
  std::vector<int64_t> shape(array.Length());
  for (uint32_t i = 0; i < array.Length(); i++) {
    const double size = array.Get(i).ToNumber().DoubleValue();
    if (!(size >= 0) || size != std::floor(size) || size > 1e15) throw std::runtime_error("a size in a shape is a whole number from 0");
    shape[i] = static_cast<int64_t>(size);
  }
  return shape;
}

// fromBuffer(typed array over an ArrayBuffer or SharedArrayBuffer, shape, dtype) -> a tensor on that very memory. The buffer stays
// alive as long as the tensor or any view of it.
Napi::Value fromBuffer(const Napi::CallbackInfo& info) {
  const auto env = info.Env();
  auto& engine = Engine::of(env);
  engine.lent->release(env);
  if (!info[0].IsTypedArray()) throw std::runtime_error("expected a typed array");
  napi_typedarray_type type;
  size_t length;
  void* data;
  if (napi_get_typedarray_info(env, info[0], &type, &length, &data, nullptr, nullptr) != napi_ok) {
    throw std::runtime_error("expected a typed array that can be read");
  }
  const auto array = info[0].As<Napi::TypedArray>();
  const auto shape = shapeOf(info[1]);
  const auto dtype = dtypeOf(info[2]);
  double count = 1, extent = 1;  // of an empty tensor the extent still has to fit its strides
  for (int64_t size : shape) {
    count *= static_cast<double>(size);
    extent *= static_cast<double>(std::max<int64_t>(size, 1));
  }
  if (extent > 9007199254740992.0) throw std::runtime_error("the shape is larger than any memory");
  const double bytes = count * static_cast<double>(c10::elementSize(dtype));
  if (bytes != static_cast<double>(array.ByteLength())) {
    throw std::runtime_error("the shape asks for " + std::to_string(static_cast<int64_t>(bytes)) + " bytes, the array holds " + std::to_string(array.ByteLength()));
  }
  const auto options = at::TensorOptions().dtype(dtype);
  if (array.ByteLength() == 0) return wrapTensor(env, at::empty(shape, options));
  if (reinterpret_cast<uintptr_t>(data) % c10::elementSize(dtype) != 0) throw std::runtime_error("the array is not aligned to its element size");
  napi_ref reference;
  if (napi_create_reference(env, info[0], 1, &reference) != napi_ok) throw std::runtime_error("the buffer cannot be kept");
  auto lent = engine.lent;
  return wrapTensor(env, at::from_blob(data, shape, [lent, reference](void*) { lent->giveBack(reference); }, options));
}

// V8 ends the process when its own allocation fails; the constructor that JavaScript sees throws a RangeError instead.
Napi::ArrayBuffer newBuffer(Napi::Env env, size_t bytes) {
  if (bytes < (16u << 20)) return Napi::ArrayBuffer::New(env, bytes);
  const auto size = Napi::Number::New(env, static_cast<double>(bytes));
  return env.Global().Get("ArrayBuffer").As<Napi::Function>().New({size}).As<Napi::ArrayBuffer>();
}

// toBuffer(tensor) -> ArrayBuffer with its elements in row-major order
Napi::Value toBuffer(const Napi::CallbackInfo& info) {
  const at::NoGradGuard guard;
  const auto tensor = toTensor(info.Env(), info[0]).detach().cpu().contiguous();
  auto buffer = newBuffer(info.Env(), tensor.nbytes());
  if (tensor.nbytes() > 0) std::memcpy(buffer.Data(), tensor.data_ptr(), tensor.nbytes());
  return buffer;
}

Napi::Value item(const Napi::CallbackInfo& info) {
  const auto scalar = toTensor(info.Env(), info[0]).item();
  if (scalar.isBoolean()) return Napi::Number::New(info.Env(), scalar.toBool() ? 1 : 0);
  return Napi::Number::New(info.Env(), scalar.isIntegral(false) ? static_cast<double>(scalar.toLong()) : scalar.toDouble());
}

Napi::Value shape(const Napi::CallbackInfo& info) {
  const auto sizes = toTensor(info.Env(), info[0]).sizes();
  auto array = Napi::Array::New(info.Env(), sizes.size());
  for (size_t i = 0; i < sizes.size(); i++) array.Set(static_cast<uint32_t>(i), static_cast<double>(sizes[i]));
  return array;
}

Napi::Value dtype(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<int>(toTensor(info.Env(), info[0]).scalar_type()));
}

Napi::Value device(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), toTensor(info.Env(), info[0]).device().str());
}

// free(Float64Array of handles): those already freed are passed over
Napi::Value freeHandles(const Napi::CallbackInfo& info) {
  if (!info[0].IsTypedArray() || info[0].As<Napi::TypedArray>().TypedArrayType() != napi_float64_array) {
    throw std::runtime_error("expected a Float64Array of handles");
  }
  auto& engine = Engine::of(info.Env());
  const auto handles = info[0].As<Napi::Float64Array>();
  for (size_t i = 0; i < handles.ElementLength(); i++) engine.tensors.free(handles[i]);
  engine.lent->release(info.Env());
  return info.Env().Undefined();
}

// alias(tensor) -> a second handle on the same tensor, gradient and all
Napi::Value alias(const Napi::CallbackInfo& info) { return wrapTensor(info.Env(), toTensor(info.Env(), info[0])); }

Napi::Value liveTensors(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<double>(Engine::of(info.Env()).tensors.live()));
}

}  // namespace

void exportMemory(Napi::Env env, Napi::Object exports) {
  define(env, exports, "fromBuffer", fromBuffer);
  define(env, exports, "toBuffer", toBuffer);
  define(env, exports, "item", item);
  define(env, exports, "shape", shape);
  define(env, exports, "dtype", dtype);
  define(env, exports, "device", device);
  define(env, exports, "free", freeHandles);
  define(env, exports, "alias", alias);
  define(env, exports, "liveTensors", liveTensors);
}

}  // namespace pocketnet

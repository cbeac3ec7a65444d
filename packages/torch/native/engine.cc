#include "engine.h"

#include <stdexcept>

namespace pocketnet {

namespace {
constexpr double kSlots = 16777216.0;  // 2^24
constexpr uint32_t kGenerations = 0x1fffffffu;  // 2^29 of them fill a JavaScript number
}

double TensorTable::add(at::Tensor tensor) {
  uint32_t slot;
  if (free_.empty()) {
    slot = static_cast<uint32_t>(slots_.size());
    if (slot >= kSlots) throw std::runtime_error("16,777,216 tensors are alive: free some (is a scope missing?)");
    slots_.push_back({at::Tensor(), 1u, false});
  } else {
    slot = free_.back();
    free_.pop_back();
  }
  slots_[slot].tensor = std::move(tensor);
  slots_[slot].used = true;
  live_++;
  return slots_[slot].generation * kSlots + slot;
}

bool TensorTable::holds(double handle) const {
  if (!(handle >= 0) || handle >= 9007199254740992.0) return false;
  const auto whole = static_cast<uint64_t>(handle);
  const uint64_t slot = whole & 0xffffffu;
  return slot < slots_.size() && slots_[slot].used && slots_[slot].generation == (whole >> 24) &&
         static_cast<double>(whole) == handle;
}

const at::Tensor& TensorTable::get(double handle) const {
  if (!holds(handle)) throw std::runtime_error("the tensor was freed (its scope has ended, or dispose() was called)");
  return slots_[static_cast<uint64_t>(handle) & 0xffffffu].tensor;
}

void TensorTable::free(double handle) {
  if (!holds(handle)) return;
  const auto slot = static_cast<uint32_t>(static_cast<uint64_t>(handle) & 0xffffffu);
  at::Tensor last = std::move(slots_[slot].tensor);
  slots_[slot].used = false;
  live_--;
  if (slots_[slot].generation == kGenerations) return;  // used up: to start over would let old handles meet new tensors
  slots_[slot].generation++;
  free_.push_back(slot);
}

void LentBuffers::giveBack(napi_ref buffer) {
  std::lock_guard<std::mutex> lock(mutex_);
  returned_.push_back(buffer);
}

void LentBuffers::release(napi_env env) {
  std::vector<napi_ref> returned;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    returned.swap(returned_);
  }
  for (napi_ref reference : returned) napi_delete_reference(env, reference);
}

namespace {

bool readHandle(napi_env env, napi_value value, double* handle) {
  napi_valuetype type;
  if (napi_typeof(env, value, &type) != napi_ok || type != napi_object) return false;
  napi_value key = Engine::of(env).handleKey.Value().Get(0u);
  napi_value number;
  if (napi_get_property(env, value, key, &number) != napi_ok) {
    clearPending(env);  // a throwing getter is no tensor
    return false;
  }
  return napi_get_value_double(env, number, handle) == napi_ok;
}

}  // namespace

bool isTensor(napi_env env, napi_value value) {
  double handle;
  return readHandle(env, value, &handle);
}

const at::Tensor& toTensor(napi_env env, napi_value value) {
  double handle;
  if (!readHandle(env, value, &handle)) throw std::runtime_error("expected a Tensor");
  return Engine::of(env).tensors.get(handle);
}

std::vector<at::Tensor> toTensors(napi_env env, napi_value array) {
  bool isArray = false;
  napi_is_array(env, array, &isArray);
  if (!isArray) throw std::runtime_error("expected an array of Tensors");
  uint32_t length = 0;
  napi_get_array_length(env, array, &length);
  std::vector<at::Tensor> tensors;
  for (uint32_t i = 0; i < length; i++) {
    Napi::HandleScope scope(env);
    napi_value element;
    if (napi_get_element(env, array, i, &element) != napi_ok) throw std::runtime_error("expected an array of Tensors");
    tensors.push_back(toTensor(env, element));
  }
  return tensors;
}

Napi::Value wrapTensor(Napi::Env env, const at::Tensor& tensor) {
  if (!tensor.defined()) return env.Null();
  return Napi::Number::New(env, Engine::of(env).tensors.add(tensor));
}

std::string reasonOf(const std::exception& error) {
  if (const auto* native = dynamic_cast<const c10::Error*>(&error)) return native->what_without_backtrace();
  if (dynamic_cast<const std::bad_alloc*>(&error)) return "there is not enough memory for this";
  return error.what();
}

void clearPending(napi_env env) {
  bool pending = false;
  napi_value exception;
  if (napi_is_exception_pending(env, &pending) == napi_ok && pending) napi_get_and_clear_last_exception(env, &exception);
}

std::string describe(const at::Tensor& tensor) {
  if (!tensor.defined()) return "undefined";
  static const char* names[] = {"uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64"};
  const auto type = static_cast<size_t>(tensor.scalar_type());
  std::string text = type < 8 ? names[type] : c10::toString(tensor.scalar_type());
  text += "[";
  for (int64_t i = 0; i < tensor.dim(); i++) text += (i ? "," : "") + std::to_string(tensor.size(i));
  text += "]";
  if (!tensor.is_cpu()) text += "@" + tensor.device().str();
  return text;
}

}  // namespace pocketnet

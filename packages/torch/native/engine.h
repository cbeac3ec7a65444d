// What one JavaScript environment holds of libtorch: its tensors, its resolved operators, the buffers it lends.
#pragma once
#include <napi.h>
#include <ATen/ATen.h>
#include <ATen/core/dispatch/Dispatcher.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace pocketnet {

// A tensor's handle is generation * 2^24 + slot, exact in a JavaScript number. A freed slot's generation moves on, so a
// stale handle is found out instead of meeting the tensor that lives there now.
class TensorTable {
 public:
  double add(at::Tensor tensor);
  const at::Tensor& get(double handle) const;
  bool holds(double handle) const;
  void free(double handle);
  size_t live() const { return slots_.size() - free_.size(); }

 private:
  struct Slot {
    at::Tensor tensor;
    uint32_t generation;
    bool used;
  };
  std::vector<Slot> slots_;
  std::vector<uint32_t> free_;
};

// ArrayBuffers whose memory a tensor borrows. libtorch may drop the last owner on any thread; JavaScript references may only be
// deleted on theirs, hence the queue.
class LentBuffers {
 public:
  void giveBack(napi_ref buffer);
  void release(napi_env env);

 private:
  std::mutex mutex_;
  std::vector<napi_ref> returned_;
};

struct Operator {
  c10::OperatorHandle handle;
  std::string name;
};

struct Engine {
  TensorTable tensors;
  std::vector<Operator> operators;
  std::shared_ptr<LentBuffers> lent = std::make_shared<LentBuffers>();
  Napi::ObjectReference handleKey;  // holds the interned property name "handle"

  static Engine& of(napi_env env) { return *Napi::Env(env).GetInstanceData<Engine>(); }
};

// The tensor that a JavaScript value stands for: an object with a live `handle`.
bool isTensor(napi_env env, napi_value value);
const at::Tensor& toTensor(napi_env env, napi_value value);
std::vector<at::Tensor> toTensors(napi_env env, napi_value array);
Napi::Value wrapTensor(Napi::Env env, const at::Tensor& tensor);  // a handle, or null for an undefined tensor

std::string describe(const at::Tensor& tensor);  // float32[16,3,112,112]

// Runs a body and turns every native exception into a JavaScript Error that starts with `what`.
template <typename Body>
auto guarded(Napi::Env env, const std::string& what, Body body) -> decltype(body()) {
  try {
    return body();
  } catch (const Napi::Error&) {
    throw;
  } catch (const c10::Error& error) {
    throw Napi::Error::New(env, what + ": " + error.what_without_backtrace());
  } catch (const std::exception& error) {
    throw Napi::Error::New(env, what + ": " + error.what());
  }
}

// One function a file: what it adds to the addon's exports.
void exportOperators(Napi::Env env, Napi::Object exports);
void exportAutograd(Napi::Env env, Napi::Object exports);
void exportMemory(Napi::Env env, Napi::Object exports);
void exportRuntime(Napi::Env env, Napi::Object exports);

template <typename Function>
void define(Napi::Env env, Napi::Object exports, const char* name, Function function) {
  exports.Set(name, Napi::Function::New(
                        env, [name, function](const Napi::CallbackInfo& info) -> Napi::Value {
                          return guarded(info.Env(), name, [&] { return function(info); });
                        },
                        name));
}

}  // namespace pocketnet

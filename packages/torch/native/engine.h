// What one JavaScript environment holds of libtorch: its tensors, its resolved operators, the buffers it lends.
#pragma once
// A worker that is being terminated can no longer be thrown at: such an exception is dropped instead of ending the process.
#define NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS
#include <napi.h>
#include <ATen/ATen.h>
#include <ATen/core/dispatch/Dispatcher.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "refusals.h"

namespace pocketnet {

// A tensor's handle is generation * 2^24 + slot, exact in a JavaScript number. A freed slot's generation moves on, so a
// stale handle is found out instead of meeting the tensor that lives there now.
class TensorTable {
 public:
  double add(at::Tensor tensor);
  const at::Tensor& get(double handle) const;
  bool holds(double handle) const;
  void free(double handle);
  size_t live() const { return live_; }

 private:
  struct Slot {
    at::Tensor tensor;
    uint32_t generation;
    bool used;
  };
  std::vector<Slot> slots_;
  std::vector<uint32_t> free_;
  size_t live_ = 0;
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
  Refusal refusal;  // null for nearly all
};

struct Engine {
  TensorTable tensors;
  std::deque<Operator> operators;  // entries stay where they are while a getter of an argument looks up another one
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

// What went wrong in one sentence, without libtorch's C++ backtrace.
std::string reasonOf(const std::exception& error);

// Drops an exception that JavaScript threw while it was asked for a value: our own sentence takes its place.
void clearPending(napi_env env);

// Runs a body and turns every native exception into a JavaScript Error that starts with `what`.
template <typename Body>
auto guarded(Napi::Env env, const std::string& what, Body body) -> decltype(body()) {
  try {
    return body();
  } catch (const Napi::Error&) {
    throw;
  } catch (const std::exception& error) {
    clearPending(env);
    throw Napi::Error::New(env, what + ": " + reasonOf(error));
  } catch (...) {
    clearPending(env);
    throw Napi::Error::New(env, what + ": the engine failed in an unknown way");
  }
}

void manageMemory();  // once a process: see allocation.cc

// One function a file: what it adds to the addon's exports.
void exportOperators(Napi::Env env, Napi::Object exports);
void exportAutograd(Napi::Env env, Napi::Object exports);
void exportMemory(Napi::Env env, Napi::Object exports);
void exportRuntime(Napi::Env env, Napi::Object exports);
void exportDistributed(Napi::Env env, Napi::Object exports);

template <typename Function>
void define(Napi::Env env, Napi::Object exports, const char* name, Function function) {
  exports.Set(name, Napi::Function::New(
                        env, [name, function](const Napi::CallbackInfo& info) -> Napi::Value {
                          return guarded(info.Env(), name, [&] { return function(info); });
                        },
                        name));
}

}  // namespace pocketnet

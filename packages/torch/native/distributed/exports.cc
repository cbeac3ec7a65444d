// Process groups, for JavaScript.
#include <limits>

#include "engine.h"
#include "group.h"
#include "interruption.h"
#include "reducer.h"
#include "sync_batch_norm.h"

namespace pocketnet {
namespace {

// One native object behind a JavaScript value. The tag keeps another kind of value from being taken for it.
template <typename T>
struct Box {
  static napi_type_tag tag() { return {0x706f636b65746e65ull, reinterpret_cast<uintptr_t>(&tag)}; }

  static Napi::Value wrap(Napi::Env env, T value) {
    auto external = Napi::External<T>::New(env, new T(std::move(value)), [](Napi::Env, T* held) { delete held; });
    const napi_type_tag mark = tag();
    napi_type_tag_object(env, external, &mark);
    return external;
  }

  static T& of(const Napi::Value& value, const char* what) {
    bool ours = false;
    const napi_type_tag mark = tag();
    if (!value.IsExternal() || napi_check_object_type_tag(value.Env(), value, &mark, &ours) != napi_ok || !ours) {
      throw std::runtime_error(std::string("expected ") + what);
    }
    return *value.As<Napi::External<T>>().Data();
  }
};

using GroupBox = Box<c10::intrusive_ptr<Group>>;
using ReducerBox = Box<std::shared_ptr<Reducer>>;
using PendingBox = Box<Pending>;

c10::intrusive_ptr<Group> groupOf(const Napi::Value& value) { return GroupBox::of(value, "a process group"); }

int64_t wholeNumber(const Napi::Value& value, const char* what, double from, double to) {
  const double number = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : std::numeric_limits<double>::quiet_NaN();
  if (!(number >= from && number <= to) || number != static_cast<double>(static_cast<int64_t>(number))) {
    throw std::runtime_error(std::string(what) + " is a whole number from " + std::to_string(static_cast<int64_t>(from)) + " to " +
                             std::to_string(static_cast<int64_t>(to)));
  }
  return static_cast<int64_t>(number);
}

Reduction reductionOf(const Napi::Value& value) {
  const std::string name = value.IsString() ? value.As<Napi::String>().Utf8Value() : "";
  if (name == "sum") return Reduction::sum;
  if (name == "max") return Reduction::max;
  if (name == "min") return Reduction::min;
  throw std::runtime_error("a reduction is sum, max or min");
}

// joinGroup({rank, size, host, port, isServer, agentHoldsStore, prefix, timeoutMs, device, interfaces})
Napi::Value join(const Napi::CallbackInfo& info) {
  if (!info[0].IsObject()) throw std::runtime_error("expected an object");
  const auto given = info[0].As<Napi::Object>();
  const auto text = [&](const char* name) { return given.Get(name).ToString().Utf8Value(); };
  Rendezvous at;
  at.size = static_cast<int>(wholeNumber(given.Get("size"), "size", 1, 1 << 20));
  at.rank = static_cast<int>(wholeNumber(given.Get("rank"), "rank", 0, at.size - 1));
  at.host = text("host");
  at.port = static_cast<uint16_t>(wholeNumber(given.Get("port"), "port", 1, 65535));
  at.isServer = given.Get("isServer").ToBoolean().Value();
  at.agentHoldsStore = given.Get("agentHoldsStore").ToBoolean().Value();
  at.prefix = text("prefix");
  at.timeout = std::chrono::milliseconds(wholeNumber(given.Get("timeoutMs"), "timeoutMs", 1, 1e12));
  at.device = text("device");
  at.interfaces = text("interfaces");
  return GroupBox::wrap(info.Env(), Group::join(at));
}

// groupAllReduce(group, tensor, reduction) -> work
Napi::Value allReduce(const Napi::CallbackInfo& info) {
  return PendingBox::wrap(info.Env(), groupOf(info[0])->allReduce(toTensor(info.Env(), info[1]), reductionOf(info[2])));
}

// groupBroadcast(group, tensor, root) -> work
Napi::Value broadcast(const Napi::CallbackInfo& info) {
  const auto root = static_cast<int>(wholeNumber(info[2], "root", 0, 1 << 20));
  return PendingBox::wrap(info.Env(), groupOf(info[0])->broadcast(toTensor(info.Env(), info[1]), root));
}

// groupAllGather(group, tensor) -> handle of [W·N, …]
Napi::Value allGather(const Napi::CallbackInfo& info) {
  at::Tensor gathered;
  groupOf(info[0])->allGather(toTensor(info.Env(), info[1]), &gathered).wait();
  return wrapTensor(info.Env(), gathered);
}

Napi::Value barrier(const Napi::CallbackInfo& info) {
  groupOf(info[0])->barrier();
  return info.Env().Undefined();
}

Napi::Value closeGroup(const Napi::CallbackInfo& info) {
  groupOf(info[0])->close();
  return info.Env().Undefined();
}

Napi::Value wait(const Napi::CallbackInfo& info) {
  PendingBox::of(info[0], "an operation under way").wait();
  return info.Env().Undefined();
}

// reduceGradients(group, parameters[], bucketBytes) -> reducer, with connections of its own
Napi::Value reduceGradients(const Napi::CallbackInfo& info) {
  const auto parameters = toTensors(info.Env(), info[1]);
  const int64_t bytes = wholeNumber(info[2], "bucketBytes", 1, 1e12);
  return ReducerBox::wrap(info.Env(), Reducer::over(groupOf(info[0])->duplicate("gradients"), parameters, bytes));
}

Napi::Value bucketsOf(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<double>(ReducerBox::of(info[0], "a reducer of gradients")->buckets()));
}

Napi::Value finishReducing(const Napi::CallbackInfo& info) {
  ReducerBox::of(info[0], "a reducer of gradients")->finish();
  return info.Env().Undefined();
}

Napi::Value pauseReducing(const Napi::CallbackInfo& info) {
  ReducerBox::of(info[0], "a reducer of gradients")->pause(info[1].ToBoolean().Value());
  return info.Env().Undefined();
}

Napi::Value closeReducing(const Napi::CallbackInfo& info) {
  ReducerBox::of(info[0], "a reducer of gradients")->close();
  return info.Env().Undefined();
}

// syncBatchNorm(group, input, weight | null, bias | null, runningMean, runningVar, momentum, eps) -> handle
Napi::Value batchNorm(const Napi::CallbackInfo& info) {
  const auto optional = [&](size_t index) { return info[index].IsNull() ? at::Tensor() : toTensor(info.Env(), info[index]); };
  const at::Tensor input = toTensor(info.Env(), info[1]);
  const BatchNormState state{optional(2), optional(3), toTensor(info.Env(), info[4]), toTensor(info.Env(), info[5]),
                             info[6].ToNumber().DoubleValue(), info[7].ToNumber().DoubleValue()};
  return wrapTensor(info.Env(), syncBatchNorm(groupOf(info[0]), input, state));
}

// What failed between ranks says so itself; no function's name stands before it.
template <typename Function>
void expose(Napi::Env env, Napi::Object exports, const char* name, Function function) {
  define(env, exports, name, [function](const Napi::CallbackInfo& info) -> Napi::Value {
    try {
      return function(info);
    } catch (const CollectiveError& error) {
      throw Napi::Error::New(info.Env(), error.what());
    } catch (const InterruptedError& error) {
      const auto thrown = Napi::Error::New(info.Env(), error.what());
      thrown.Value().Set("name", "AbortError");  // as Node names what was asked to stop
      throw thrown;
    }
  });
}

}  // namespace

void exportDistributed(Napi::Env env, Napi::Object exports) {
  expose(env, exports, "joinGroup", join);
  expose(env, exports, "groupAllReduce", allReduce);
  expose(env, exports, "groupBroadcast", broadcast);
  expose(env, exports, "groupAllGather", allGather);
  expose(env, exports, "groupBarrier", barrier);
  expose(env, exports, "closeGroup", closeGroup);
  expose(env, exports, "waitFor", wait);
  expose(env, exports, "reduceGradients", reduceGradients);
  expose(env, exports, "bucketsOf", bucketsOf);
  expose(env, exports, "finishReducing", finishReducing);
  expose(env, exports, "pauseReducing", pauseReducing);
  expose(env, exports, "closeReducing", closeReducing);
  expose(env, exports, "syncBatchNorm", batchNorm);
}

}  // namespace pocketnet

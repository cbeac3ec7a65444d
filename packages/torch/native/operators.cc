// The one generic call: operator + arguments -> the dispatcher, boxed. Arguments are converted by the operator's own schema, so
// every ATen operator, and every one of our kernels, is reachable and checked by the same code.
#include "arguments.h"
#include "engine.h"

#include <ATen/core/ivalue.h>
#include <ATen/core/jit_type.h>

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace pocketnet {
namespace {

using c10::IValue;
using c10::TypeKind;

Napi::Value fromIValue(Napi::Env env, const IValue& value) {
  if (value.isNone()) return env.Null();
  if (value.isTensor()) return wrapTensor(env, value.toTensor());
  if (value.isInt()) return Napi::Number::New(env, static_cast<double>(value.toInt()));
  if (value.isDouble()) return Napi::Number::New(env, value.toDouble());
  if (value.isBool()) return Napi::Boolean::New(env, value.toBool());
  if (value.isString()) return Napi::String::New(env, value.toStringRef());
  if (value.isList()) {
    const auto list = value.toList();
    auto array = Napi::Array::New(env, list.size());
    for (size_t i = 0; i < list.size(); i++) array.Set(static_cast<uint32_t>(i), fromIValue(env, list.get(i)));
    return array;
  }
  throw std::runtime_error("the result's type " + value.tagKind() + " has no counterpart in JavaScript");
}

std::string describeArguments(const c10::FunctionSchema& schema, const std::vector<IValue>& arguments) {
  std::string text;
  for (size_t i = 0; i < arguments.size(); i++) {
    const auto& value = arguments[i];
    std::string shown;
    if (value.isTensor()) {
      shown = describe(value.toTensor());
    } else if (value.isTensorList()) {
      for (const at::Tensor& tensor : value.toTensorVector()) {
        if (shown.size() > 300) { shown += ", ..."; break; }
        shown += (shown.empty() ? "" : ", ") + describe(tensor);
      }
      shown = "[" + shown + "]";
    } else if (value.isIntList()) {
      for (int64_t number : value.toIntVector()) {
        if (shown.size() > 100) { shown += ",..."; break; }
        shown += (shown.empty() ? "" : ",") + std::to_string(number);
      }
      shown = "[" + shown + "]";
    } else {
      continue;
    }
    text += (text.empty() ? "" : ", ") + schema.arguments()[i].name() + " " + shown;
  }
  return text.empty() ? "" : " (with " + text + ")";
}

// operator(name, overload) -> {id, arguments: [...], returns: [...]}; asked once an operator, at start-up.
Napi::Value findOperator(const Napi::CallbackInfo& info) {
  const auto env = info.Env();
  const std::string name = toText(env, info[0]);
  const std::string overload = toText(env, info[1]);
  const auto found = c10::Dispatcher::singleton().findSchema({name, overload});
  const std::string full = overload.empty() ? name : name + "." + overload;
  if (!found) throw std::runtime_error("this libtorch has no operator " + full);
  auto& operators = Engine::of(env).operators;
  operators.push_back({*found, refusalOf(full)});
  auto result = Napi::Object::New(env);
  result.Set("id", Napi::Number::New(env, static_cast<double>(operators.size() - 1)));
  const auto types = [&](const std::vector<c10::Argument>& from) {
    auto array = Napi::Array::New(env, from.size());
    for (size_t i = 0; i < from.size(); i++) {
      auto entry = Napi::Object::New(env);
      entry.Set("name", from[i].name());
      entry.Set("type", from[i].type()->str());
      entry.Set("optional", from[i].default_value().has_value());
      array.Set(static_cast<uint32_t>(i), entry);
    }
    return array;
  };
  result.Set("arguments", types(found->schema().arguments()));
  result.Set("returns", types(found->schema().returns()));
  return result;
}

napi_value callOperator(napi_env rawEnv, napi_callback_info info) {
  constexpr size_t kMost = 32;
  napi_value values[kMost];
  size_t count = kMost;
  napi_get_cb_info(rawEnv, info, &count, values, nullptr, nullptr);
  Napi::Env env(rawEnv);
  std::string where = "call";
  const c10::FunctionSchema* schema = nullptr;
  std::vector<IValue> stack;
  try {
    auto& engine = Engine::of(rawEnv);
    const auto id = count > 0 ? toInt(rawEnv, values[0]) : -1;
    if (id < 0 || static_cast<size_t>(id) >= engine.operators.size()) throw std::runtime_error("there is no such operator");
    const auto& op = engine.operators[static_cast<size_t>(id)];
    schema = &op.handle.schema();
    const auto& parameters = schema->arguments();
    const size_t given = count - 1;
    if (count > kMost) throw std::runtime_error("takes fewer than " + std::to_string(kMost) + " arguments here");
    if (given > parameters.size()) {
      throw std::runtime_error("takes " + std::to_string(parameters.size()) + " arguments, " + std::to_string(given) + " were given");
    }
    stack.reserve(parameters.size());
    for (size_t i = 0; i < parameters.size(); i++) {
      const auto& parameter = parameters[i];
      const bool missing = i >= given || typeOf(rawEnv, values[i + 1]) == napi_undefined;
      if (missing && parameter.default_value()) {
        stack.push_back(*parameter.default_value());
        continue;
      }
      if (missing && parameter.type()->kind() != TypeKind::OptionalType) {
        throw std::runtime_error("argument '" + parameter.name() + "' (" + parameter.type()->str() + ") is missing");
      }
      try {
        stack.push_back(missing ? IValue() : toIValue(rawEnv, values[i + 1], parameter.type(), parameter.N()));
        if (stack.back().isInt()) checkEnum(parameter.real_type(), stack.back().toInt());
      } catch (const std::exception& error) {
        throw std::runtime_error("argument '" + parameter.name() + "': " + reasonOf(error));
      }
    }
    const std::vector<IValue> arguments = stack;
    try {
      if (op.refusal) op.refusal(stack);
      op.handle.callBoxed(&stack);
    } catch (const std::exception& error) {
      throw std::runtime_error(reasonOf(error) + describeArguments(*schema, arguments));
    }
    if (stack.size() == 1) return fromIValue(env, stack[0]);
    auto array = Napi::Array::New(env, stack.size());
    for (size_t i = 0; i < stack.size(); i++) array.Set(static_cast<uint32_t>(i), fromIValue(env, stack[i]));
    return array;
  } catch (const std::exception& error) {
    if (schema) where = schema->name();
    clearPending(rawEnv);
    napi_throw_error(rawEnv, nullptr, (where + ": " + reasonOf(error)).c_str());
  } catch (...) {
    napi_throw_error(rawEnv, nullptr, (where + ": the engine failed in an unknown way").c_str());
  }
  return nullptr;
}

}  // namespace

void exportOperators(Napi::Env env, Napi::Object exports) {
  define(env, exports, "operator", findOperator);
  napi_value function;
  napi_create_function(env, "call", NAPI_AUTO_LENGTH, callOperator, nullptr, &function);
  exports.Set("call", function);
}

}  // namespace pocketnet

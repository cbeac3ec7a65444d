// The one generic call: operator + arguments -> the dispatcher, boxed. Arguments are converted by the operator's own schema, so
// every ATen operator, and every one of our kernels, is reachable and checked by the same code.
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

[[noreturn]] void refuse(const std::string& expected) { throw std::runtime_error("expected " + expected); }

napi_valuetype typeOf(napi_env env, napi_value value) {
  napi_valuetype type;
  napi_typeof(env, value, &type);
  return type;
}

double toDouble(napi_env env, napi_value value) {
  double number;
  if (napi_get_value_double(env, value, &number) != napi_ok) refuse("a number");
  return number;
}

std::string toText(napi_env env, napi_value value) {
  if (typeOf(env, value) != napi_string) refuse("a string");
  return Napi::Value(env, value).As<Napi::String>().Utf8Value();
}

// In a schema dtypes, layouts and memory formats are plain ints; by name they are safer to write.
int64_t enumByName(const std::string& name) {
  static const std::unordered_map<std::string, int64_t> names = {
      {"uint8", 0}, {"int8", 1}, {"int16", 2}, {"int32", 3}, {"int64", 4}, {"float16", 5}, {"float32", 6}, {"float64", 7},
      {"bool", 11}, {"bfloat16", 15}, {"contiguous_format", 0}, {"preserve_format", 1}, {"channels_last", 2}};
  const auto found = names.find(name);
  if (found == names.end()) refuse("an integer, a dtype or a memory format, not '" + name + "'");
  return found->second;
}

constexpr const char* kDtypes = "uint8, int8, int16, int32, int64, float16, float32, float64, bool, bfloat16";

// libtorch indexes tables by these numbers without a look at their range.
void checkEnum(const c10::TypePtr& type, int64_t number) {
  const auto kind = type->kind() == TypeKind::OptionalType ? type->castRaw<c10::OptionalType>()->getElementType()->kind() : type->kind();
  if (kind == TypeKind::ScalarTypeType && !((number >= 0 && number <= 7) || number == 11 || number == 15)) {
    refuse(std::string("a dtype (") + kDtypes + "), not " + std::to_string(number));
  }
  if (kind == TypeKind::LayoutType && number != 0) refuse("no layout: tensors are strided here");
  if (kind == TypeKind::MemoryFormatType && (number < 0 || number > 2)) {
    refuse("a memory format (contiguous_format, preserve_format, channels_last), not " + std::to_string(number));
  }
}

int64_t toInt(napi_env env, napi_value value) {
  switch (typeOf(env, value)) {
    case napi_number: {
      const double number = toDouble(env, value);
      if (number != std::floor(number) || std::abs(number) > 9007199254740992.0) refuse("an integer");
      return static_cast<int64_t>(number);
    }
    case napi_bigint: {
      int64_t number;
      bool lossless;
      napi_get_value_bigint_int64(env, value, &number, &lossless);
      if (!lossless) refuse("a 64-bit integer");
      return number;
    }
    case napi_string:
      return enumByName(toText(env, value));
    default:
      refuse("an integer");
  }
}

IValue toScalar(napi_env env, napi_value value) {
  switch (typeOf(env, value)) {
    case napi_boolean:
      return Napi::Value(env, value).As<Napi::Boolean>().Value();
    case napi_bigint:
      return toInt(env, value);
    case napi_number: {
      // An integer stays one, so that int tensors are not promoted to float by `x * 2`.
      const double number = toDouble(env, value);
      if (number == std::floor(number) && std::abs(number) < 9007199254740992.0) return static_cast<int64_t>(number);
      return number;
    }
    default:
      refuse("a number");
  }
}

c10::Device toDevice(napi_env env, napi_value value) {
  const c10::Device device(toText(env, value));
  if (!device.is_cpu() && !device.is_cuda()) refuse("cpu or cuda, not " + device.str());
  return device;
}

IValue toIValue(napi_env env, napi_value value, const c10::TypePtr& type, c10::optional<int32_t> listSize);

// A list argument takes an array; of fixed length (`int[2] stride`) also one number, which then stands for all of them.
template <typename Element, typename Convert>
c10::List<Element> toList(napi_env env, napi_value value, c10::optional<int32_t> listSize, Convert convert) {
  c10::List<Element> list;
  bool isArray = false;
  napi_is_array(env, value, &isArray);
  if (!isArray) {
    const auto type = typeOf(env, value);
    if (!listSize || (type != napi_number && type != napi_boolean)) refuse("an array");
    list.push_back(convert(value));
    for (int32_t i = 1; i < *listSize; i++) list.push_back(list.get(0));
    return list;
  }
  uint32_t length = 0;
  napi_get_array_length(env, value, &length);
  list.reserve(std::min<uint32_t>(length, 4096));
  for (uint32_t i = 0; i < length; i++) {
    Napi::HandleScope scope(env);
    napi_value element;
    if (napi_get_element(env, value, i, &element) != napi_ok) refuse("an array that can be read");
    list.push_back(convert(element));
  }
  return list;
}

IValue toListValue(napi_env env, napi_value value, const c10::TypePtr& type, c10::optional<int32_t> size) {
  const auto element = type->castRaw<c10::ListType>()->getElementType();
  switch (element->kind()) {
    case TypeKind::IntType:
    case TypeKind::SymIntType:
      return toList<int64_t>(env, value, size, [&](napi_value v) { return toInt(env, v); });
    case TypeKind::FloatType:
      return toList<double>(env, value, size, [&](napi_value v) { return toDouble(env, v); });
    case TypeKind::BoolType:
      return toList<bool>(env, value, size, [&](napi_value v) {
        if (typeOf(env, v) != napi_boolean) refuse("a boolean");
        return Napi::Value(env, v).As<Napi::Boolean>().Value();
      });
    case TypeKind::TensorType:
      return toList<at::Tensor>(env, value, c10::nullopt, [&](napi_value v) { return toTensor(env, v); });
    case TypeKind::OptionalType:
      if (element->castRaw<c10::OptionalType>()->getElementType()->kind() == TypeKind::TensorType) {
        return toList<c10::optional<at::Tensor>>(env, value, c10::nullopt, [&](napi_value v) -> c10::optional<at::Tensor> {
          const auto kind = typeOf(env, v);
          if (kind == napi_null || kind == napi_undefined) return c10::nullopt;
          return toTensor(env, v);
        });
      }
      break;
    case TypeKind::NumberType: {
      const auto scalars = toList<double>(env, value, c10::nullopt, [&](napi_value v) { return toDouble(env, v); });
      c10::impl::GenericList list(c10::NumberType::get());
      for (size_t i = 0; i < scalars.size(); i++) list.push_back(scalars.get(i));
      return list;
    }
    default:
      break;
  }
  refuse("a " + type->str() + ", which cannot be passed from JavaScript");
}

IValue toIValue(napi_env env, napi_value value, const c10::TypePtr& type, c10::optional<int32_t> listSize) {
  switch (type->kind()) {
    case TypeKind::TensorType:
      return toTensor(env, value);
    case TypeKind::OptionalType: {
      const auto kind = typeOf(env, value);
      if (kind == napi_null || kind == napi_undefined) return IValue();
      return toIValue(env, value, type->castRaw<c10::OptionalType>()->getElementType(), listSize);
    }
    case TypeKind::IntType:
    case TypeKind::SymIntType:
      return toInt(env, value);
    case TypeKind::FloatType:
      return toDouble(env, value);
    case TypeKind::BoolType:
      if (typeOf(env, value) != napi_boolean) refuse("a boolean");
      return Napi::Value(env, value).As<Napi::Boolean>().Value();
    case TypeKind::NumberType:
      return toScalar(env, value);
    case TypeKind::StringType:
      return toText(env, value);
    case TypeKind::DeviceObjType:
      return toDevice(env, value);
    case TypeKind::ListType:
      return toListValue(env, value, type, listSize);
    default:
      refuse("a " + type->str() + ", which cannot be passed from JavaScript");
  }
}

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

#include "arguments.h"

#include <cmath>
#include <unordered_map>

#include "engine.h"

namespace pocketnet {
namespace {

using c10::IValue;
using c10::TypeKind;

[[noreturn]] void refuse(const std::string& expected) { throw std::runtime_error("expected " + expected); }

}  // namespace

napi_valuetype typeOf(napi_env env, napi_value value) {
  napi_valuetype type;
  napi_typeof(env, value, &type);
  return type;
}

namespace {

double toDouble(napi_env env, napi_value value) {
  double number;
  if (napi_get_value_double(env, value, &number) != napi_ok) refuse("a number");
  return number;
}

}  // namespace

std::string toText(napi_env env, napi_value value) {
  if (typeOf(env, value) != napi_string) refuse("a string");
  return Napi::Value(env, value).As<Napi::String>().Utf8Value();
}

namespace {

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

}  // namespace

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

namespace {

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

}  // namespace

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

}  // namespace pocketnet

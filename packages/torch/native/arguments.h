// JavaScript values as arguments of operators.
#pragma once
#include <ATen/core/ivalue.h>
#include <ATen/core/jit_type.h>
#include <napi.h>

#include <string>

namespace pocketnet {

napi_valuetype typeOf(napi_env env, napi_value value);
std::string toText(napi_env env, napi_value value);
int64_t toInt(napi_env env, napi_value value);

// Refuses dtypes, layouts and memory formats that libtorch would look up in its tables without a look at their range.
void checkEnum(const c10::TypePtr& type, int64_t number);

// A value as a schema's type asks for it; throws "expected …" for any other. `listSize` is N of a fixed-length list such as `int[2]`.
c10::IValue toIValue(napi_env env, napi_value value, const c10::TypePtr& type, c10::optional<int32_t> listSize);

}  // namespace pocketnet

// What the addon's functions share: arguments in, values out.
#pragma once
#define NAPI_VERSION 8
#include <node_api.h>
#include <stdlib.h>
#include <string.h>
#include "targets.h"

/** The functions that others than addon.c bind. */
void bind_search(napi_env env, napi_value exports);

typedef struct {
  const char *name;
  napi_callback call;
} binding;

static inline void bind(napi_env env, napi_value exports, const binding *functions, size_t count) {
  for (size_t i = 0; i < count; i++) {
    napi_value function;
    napi_create_function(env, functions[i].name, NAPI_AUTO_LENGTH, functions[i].call, 0, &function);
    napi_set_named_property(env, exports, functions[i].name, function);
  }
}

static inline void *aligned_memory(uint64_t bytes) {
  void *memory = 0;
  return posix_memalign(&memory, PN_ALIGNMENT, bytes ? bytes : PN_ALIGNMENT) == 0 ? memory : 0;
}

static inline napi_value number(napi_env env, double value) {
  napi_value result;
  napi_create_double(env, value, &result);
  return result;
}

static inline void set(napi_env env, napi_value object, const char *name, napi_value value) {
  napi_set_named_property(env, object, name, value);
}

/** The addon's own callers have checked what they pass: whatever is not as it should be is a mistake in this package. */
static inline napi_value mistake(napi_env env) {
  napi_throw_type_error(env, 0, "The engine's addon was called with other arguments than it takes.");
  return 0;
}

/** What a typed array of one of two types holds; 0 where it is neither. */
static inline void *elements_of(napi_env env, napi_value value, napi_typedarray_type one, napi_typedarray_type other,
                                size_t *count) {
  bool is;
  napi_typedarray_type type;
  void *data;
  if (napi_is_typedarray(env, value, &is) != napi_ok || !is) return 0;
  if (napi_get_typedarray_info(env, value, &type, count, &data, 0, 0) != napi_ok) return 0;
  static uint8_t nothing;
  return type != one && type != other ? 0 : data ? data : &nothing;
}

/** Bytes or floats of a typed array; 0 where it is none of the kind. */
static inline void *elements(napi_env env, napi_value value, int floats, size_t *count) {
  return floats ? elements_of(env, value, napi_float32_array, napi_float32_array, count)
                : elements_of(env, value, napi_uint8_array, napi_uint8_clamped_array, count);
}

static inline int arguments(napi_env env, napi_callback_info info, size_t wanted, napi_value *values) {
  size_t count = wanted;
  return napi_get_cb_info(env, info, &count, values, 0, 0) == napi_ok && count == wanted;
}

// The engine for Node: targets() and open(bytes, target, height, width, arithmetic, bytes limit, work limit), which gives a plan's functions.
#include "binding.h"

typedef struct {
  const pn_target *target;
  pn_state *state;
  uint8_t *plan;
  float *arena;
} session;

static void free_session(napi_env env, void *data, void *hint) {
  (void)hint;
  session *s = data;
  int64_t change;
  if (s->arena) napi_adjust_external_memory(env, -(int64_t)s->state->arena_bytes, &change);
  free(s->arena);
  free(s->state);
  free(s->plan);
  s->arena = 0;
  s->state = 0;
  s->plan = 0;
}

static void finalize_session(napi_env env, void *data, void *hint) {
  free_session(env, data, hint);
  free(data);
}

static session *session_of(napi_env env, napi_value value) {
  void *data = 0;
  return napi_get_value_external(env, value, &data) == napi_ok && ((session *)data)->state ? data : 0;
}

static napi_value targets(napi_env env, napi_callback_info info) {
  (void)info;
  napi_value list, name;
  napi_create_array(env, &list);
  for (int i = 0; runnable_target(i); i++) {
    napi_create_string_utf8(env, runnable_target(i)->name, NAPI_AUTO_LENGTH, &name);
    napi_set_element(env, list, (uint32_t)i, name);
  }
  return list;
}

/** [code, place, index] of a refusal. */
static napi_value refused(napi_env env, const pn_refusal *refusal) {
  napi_value list;
  napi_create_array(env, &list);
  napi_set_element(env, list, 0, number(env, refusal->code));
  napi_set_element(env, list, 1, number(env, refusal->place));
  napi_set_element(env, list, 2, number(env, refusal->index));
  return list;
}

static napi_value described(napi_env env, session *s) {
  napi_value result, handle, results;
  napi_create_object(env, &result);
  napi_create_external(env, s, finalize_session, 0, &handle);
  napi_create_array(env, &results);
  for (uint32_t i = 0; i < s->state->output_count; i++) {
    const pn_result *r = &s->state->results[i];
    napi_value shape, last;
    napi_create_object(env, &shape);
    set(env, shape, "channels", number(env, r->channels));
    set(env, shape, "height", number(env, r->height));
    set(env, shape, "width", number(env, r->width));
    napi_get_boolean(env, r->order == PN_ORDER_CHANNELS_LAST, &last);
    set(env, shape, "channelsLast", last);
    napi_set_element(env, results, i, shape);
  }
  set(env, result, "handle", handle);
  set(env, result, "results", results);
  set(env, result, "height", number(env, s->state->height));
  set(env, result, "width", number(env, s->state->width));
  set(env, result, "arenaBytes", number(env, (double)s->state->arena_bytes));
  set(env, result, "work", number(env, (double)s->state->work));
  int64_t change;
  napi_adjust_external_memory(env, (int64_t)s->state->arena_bytes, &change);
  return result;
}

static int open_session(session *s, const uint8_t *bytes, size_t size, uint32_t height, uint32_t width,
                        uint32_t arithmetic, pn_limits limits, pn_refusal *refusal) {
  refusal->code = PN_REFUSED_MEMORY;
  if (!(s->plan = aligned_memory(size))) return 0;
  memcpy(s->plan, bytes, size);
  const uint64_t needed = s->target->state_bytes(s->plan, size, refusal);
  if (needed == 0 || !(s->state = aligned_memory(needed))) return 0;
  if (!s->target->open(s->state, s->plan, size, height, width, arithmetic, limits, refusal)) return 0;
  refusal->code = PN_REFUSED_MEMORY;
  if (!(s->arena = aligned_memory(s->state->arena_bytes))) return 0;
  memset(s->arena, 0, s->state->arena_bytes);
  s->target->load(s->state, s->arena);
  return 1;
}

static napi_value open_plan(napi_env env, napi_callback_info info) {
  napi_value values[7];
  size_t size;
  uint32_t index, height, width, arithmetic;
  double most_bytes, most_work;
  if (!arguments(env, info, 7, values)) return mistake(env);
  const uint8_t *bytes = elements(env, values[0], 0, &size);
  if (!bytes || napi_get_value_uint32(env, values[1], &index) != napi_ok ||
      napi_get_value_uint32(env, values[2], &height) != napi_ok ||
      napi_get_value_uint32(env, values[3], &width) != napi_ok ||
      napi_get_value_uint32(env, values[4], &arithmetic) != napi_ok ||
      napi_get_value_double(env, values[5], &most_bytes) != napi_ok ||
      napi_get_value_double(env, values[6], &most_work) != napi_ok || index > 8 || !runnable_target((int)index))
    return mistake(env);
  session *s = calloc(1, sizeof(session));
  if (!s) return mistake(env);
  s->target = runnable_target((int)index);
  pn_refusal refusal = {0, PN_IN_HEADER, 0};
  const pn_limits limits = {(uint64_t)most_bytes, (uint64_t)most_work};
  if (open_session(s, bytes, size, height, width, arithmetic, limits, &refusal)) return described(env, s);
  free(s->arena);
  free(s->state);
  free(s->plan);
  free(s);
  return refused(env, &refusal);
}

/** run(handle, images, bytes a pixel or 0 for floats): takes one image and computes. */
static napi_value run(napi_env env, napi_callback_info info) {
  napi_value values[3];
  uint32_t per_pixel;
  size_t count;
  session *s;
  if (!arguments(env, info, 3, values) || !(s = session_of(env, values[0])) ||
      napi_get_value_uint32(env, values[2], &per_pixel) != napi_ok)
    return mistake(env);
  const uint64_t pixels = (uint64_t)s->state->height * s->state->width;
  const void *image = elements(env, values[1], per_pixel == 0, &count);
  if (!image || count != pixels * (per_pixel ? per_pixel : s->state->header->channels)) return mistake(env);
  if (per_pixel == 0) s->target->floats(s->state, image);
  else if (!s->target->bytes(s->state, image, per_pixel)) return mistake(env);
  s->target->run(s->state);
  return 0;
}

/** result(handle, index, floats): copies a result. */
static napi_value result(napi_env env, napi_callback_info info) {
  napi_value values[3];
  uint32_t index;
  size_t count;
  session *s;
  if (!arguments(env, info, 3, values) || !(s = session_of(env, values[0])) ||
      napi_get_value_uint32(env, values[1], &index) != napi_ok || index >= s->state->output_count)
    return mistake(env);
  float *to = elements(env, values[2], 1, &count);
  const pn_result *r = &s->state->results[index];
  if (!to || count != (uint64_t)r->channels * r->height * r->width) return mistake(env);
  memcpy(to, s->target->output(s->state, index), count * sizeof(float));
  return 0;
}

static napi_value close_plan(napi_env env, napi_callback_info info) {
  napi_value values[1];
  session *s;
  if (!arguments(env, info, 1, values)) return mistake(env);
  if ((s = session_of(env, values[0]))) free_session(env, s, 0);
  return 0;
}

static napi_value init(napi_env env, napi_value exports) {
  const binding functions[] = {
      {"targets", targets}, {"open", open_plan}, {"run", run}, {"result", result}, {"close", close_plan}};
  bind(env, exports, functions, sizeof functions / sizeof *functions);
  bind_search(env, exports);
  return exports;
}
NAPI_MODULE(pocketnet_engine, init)

// Search for Node: searchOpen(dimension, target) gives a handle, of which the other functions are.
#include "binding.h"

typedef struct {
  const pn_target *target;
  pn_search *search; // the collector is not told of its size: every 64 MB would make it go through the heap, while close() frees it
} searcher;

static void free_searcher(napi_env env, void *data, void *hint) {
  (void)hint;
  searcher *s = data;
  (void)env;
  if (!s->search) return;
  for (uint32_t i = 0; i < s->search->chunk_count; i++) free(s->search->chunks[i].memory);
  free(s->search);
  s->search = 0;
}

static void finalize_searcher(napi_env env, void *data, void *hint) {
  free_searcher(env, data, hint);
  free(data);
}

static searcher *searcher_of(napi_env env, napi_value value) {
  void *data = 0;
  return napi_get_value_external(env, value, &data) == napi_ok && ((searcher *)data)->search ? data : 0;
}

static napi_value boolean(napi_env env, int is) {
  napi_value result;
  napi_get_boolean(env, is != 0, &result);
  return result;
}

/** A handle; undefined where there is no memory. */
static napi_value search_open(napi_env env, napi_callback_info info) {
  napi_value values[2], handle;
  uint32_t dimension, target;
  if (!arguments(env, info, 2, values) || napi_get_value_uint32(env, values[0], &dimension) != napi_ok ||
      napi_get_value_uint32(env, values[1], &target) != napi_ok || target > 8 || !runnable_target((int)target))
    return mistake(env);
  const pn_target *chosen = runnable_target((int)target);
  const uint64_t bytes = chosen->search_bytes(dimension);
  if (bytes == 0) return mistake(env);
  searcher *s = calloc(1, sizeof(searcher));
  if (!s) return 0;
  if (!(s->search = aligned_memory(bytes))) {
    free(s);
    return 0;
  }
  s->target = chosen;
  chosen->search_open(s->search, dimension);
  napi_create_external(env, s, finalize_searcher, 0, &handle);
  return handle;
}

/** searchGrow(handle, rows): bytes that they take, 0 where there is no memory. */
static napi_value search_grow(napi_env env, napi_callback_info info) {
  napi_value values[2];
  uint32_t rows;
  searcher *s;
  if (!arguments(env, info, 2, values) || !(s = searcher_of(env, values[0])) ||
      napi_get_value_uint32(env, values[1], &rows) != napi_ok)
    return mistake(env);
  const int fits = s->search->chunk_count < PN_MOST_CHUNKS && s->search->rows <= UINT32_MAX - rows;
  const uint64_t bytes = s->target->search_chunk_bytes(s->search, rows);
  void *memory = fits ? aligned_memory(bytes) : 0;
  if (!memory) return number(env, 0);
  s->target->search_grow(s->search, memory, rows);
  return number(env, (double)bytes);
}

/** The arguments (handle, row, vector). */
static searcher *row_and_vector(napi_env env, napi_callback_info info, uint32_t *row, float **vector) {
  napi_value values[3];
  size_t count;
  searcher *s;
  return arguments(env, info, 3, values) && (s = searcher_of(env, values[0])) &&
                 napi_get_value_uint32(env, values[1], row) == napi_ok && *row < s->search->rows &&
                 (*vector = elements(env, values[2], 1, &count)) && count == s->search->dimension
             ? s
             : 0;
}

static napi_value search_set(napi_env env, napi_callback_info info) {
  uint32_t row;
  float *vector;
  searcher *s = row_and_vector(env, info, &row, &vector);
  return s ? boolean(env, s->target->search_set(s->search, row, vector)) : mistake(env);
}

/** searchVector(handle, row, to): whether the row holds a vector, which is copied. */
static napi_value search_vector(napi_env env, napi_callback_info info) {
  uint32_t row;
  float *to;
  searcher *s = row_and_vector(env, info, &row, &to);
  if (!s) return mistake(env);
  const float *from = s->target->search_vector(s->search, row);
  if (from) memcpy(to, from, s->search->dimension * sizeof(float));
  return boolean(env, from != 0);
}

static napi_value search_clear(napi_env env, napi_callback_info info) {
  napi_value values[2];
  uint32_t row;
  searcher *s;
  if (!arguments(env, info, 2, values) || !(s = searcher_of(env, values[0])) ||
      napi_get_value_uint32(env, values[1], &row) != napi_ok || row >= s->search->rows)
    return mistake(env);
  s->target->search_clear(s->search, row);
  return 0;
}

/** searchBest(handle, query, least, scores, rows): how many of as many as `rows` holds were found; -1: the query can't be compared. */
static napi_value search_best(napi_env env, napi_callback_info info) {
  napi_value values[5];
  size_t count, most, as_many;
  double least;
  searcher *s;
  if (!arguments(env, info, 5, values) || !(s = searcher_of(env, values[0])) ||
      napi_get_value_double(env, values[2], &least) != napi_ok)
    return mistake(env);
  const float *query = elements(env, values[1], 1, &count);
  double *scores = elements_of(env, values[3], napi_float64_array, napi_float64_array, &as_many);
  uint32_t *rows = elements_of(env, values[4], napi_uint32_array, napi_uint32_array, &most);
  if (!query || count != s->search->dimension || !scores || !rows || most != as_many || most > UINT32_MAX)
    return mistake(env);
  pn_found *found = malloc((most ? most : 1) * sizeof(pn_found));
  if (!found) return mistake(env);
  const int64_t seen = s->target->search_best(s->search, query, (uint32_t)most, least, found);
  for (int64_t i = 0; i < seen; i++) {
    scores[i] = found[i].score;
    rows[i] = found[i].row;
  }
  free(found);
  return number(env, (double)seen);
}

static napi_value search_close(napi_env env, napi_callback_info info) {
  napi_value values[1];
  searcher *s;
  if (!arguments(env, info, 1, values)) return mistake(env);
  if ((s = searcher_of(env, values[0]))) free_searcher(env, s, 0);
  return 0;
}

void bind_search(napi_env env, napi_value exports) {
  const binding functions[] = {{"searchOpen", search_open}, {"searchGrow", search_grow},   {"searchSet", search_set},
                               {"searchClear", search_clear}, {"searchVector", search_vector},
                               {"searchBest", search_best}, {"searchClose", search_close}};
  bind(env, exports, functions, sizeof functions / sizeof *functions);
}

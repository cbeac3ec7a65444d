// One build of the engine for one instruction set, as a table of its functions.
#pragma once
#include "../../engine/c/engine.h"
#include "../../engine/c/search.h"

typedef struct {
  const char *name;
  uint64_t (*state_bytes)(const uint8_t *, uint64_t, pn_refusal *);
  int (*open)(pn_state *, const uint8_t *, uint64_t, uint32_t, uint32_t, uint32_t, pn_limits, pn_refusal *);
  void (*load)(pn_state *, float *);
  void (*floats)(const pn_state *, const float *);
  int (*bytes)(const pn_state *, const uint8_t *, uint32_t);
  void (*run)(const pn_state *);
  uint32_t (*arithmetics)(void);
  const float *(*output)(const pn_state *, uint32_t);
  uint64_t (*search_bytes)(uint32_t);
  void (*search_open)(pn_search *, uint32_t);
  uint64_t (*search_chunk_bytes)(const pn_search *, uint32_t);
  void (*search_grow)(pn_search *, void *, uint32_t);
  int (*search_set)(pn_search *, uint32_t, const float *);
  void (*search_clear)(pn_search *, uint32_t);
  const float *(*search_vector)(const pn_search *, uint32_t);
  int64_t (*search_best)(pn_search *, const float *, uint32_t, double, pn_found *);
} pn_target;

// The doors of exact search by inner product. Rows lie in chunks of memory that the caller gives, so that they grow without moving:
//
//   pn_search_bytes(dimension)                     0: no such dimension
//   pn_search_open(search, dimension)
//   pn_search_grow(search, memory, rows)           memory of pn_search_chunk_bytes(search, rows), as often as need be
//   pn_search_set, pn_search_clear, pn_search_best
//
// Every memory is aligned to 64 bytes. Rows are free until they are set.
#pragma once
#include <stddef.h>
#include "plan.h"

#ifndef PN_API
#define PN_API
#endif

enum { PN_MOST_DIMENSION = 8192, PN_MOST_CHUNKS = 512 };

/** What is known of a row x = scale · code + residual: the lengths of both parts, none too small. A free row's residual is NaN. */
typedef struct {
  float scale, length, residual;
} pn_bound;

typedef struct {
  void *memory; // as it was given
  uint32_t first, rows;
  float *vectors; // [rows][dimension]
  int8_t *codes;  // [rows][width]
  pn_bound *bounds;
} pn_chunk;

typedef struct {
  uint32_t dimension, width, rows, chunk_count;
  int16_t *query; // [width]
  pn_chunk chunks[PN_MOST_CHUNKS];
} pn_search;

typedef struct {
  double score;
  uint32_t row;
} pn_found;

PN_API uint64_t pn_search_bytes(uint32_t dimension);
PN_API void pn_search_open(pn_search *search, uint32_t dimension);
PN_API uint64_t pn_search_chunk_bytes(const pn_search *search, uint32_t rows);
PN_API void pn_search_grow(pn_search *search, void *memory, uint32_t rows);
PN_API int pn_search_set(pn_search *search, uint32_t row, const float *vector); // 0: not finite, or too long
PN_API void pn_search_clear(pn_search *search, uint32_t row);                 // nothing of it stays in memory
PN_API const float *pn_search_vector(const pn_search *search, uint32_t row);  // 0: the row is free
/** The best rows of those that score `least` or more, `most` of them or fewer, the best first; equals by row. @returns how many, -1: the query as in set */
PN_API int64_t pn_search_best(pn_search *search, const float *query, uint32_t most, double least, pn_found *found);

// Search and the product of matrices as a WebAssembly module: one instance, one search. JavaScript reserves memory and writes vectors there.
#define PN_API static
#include "search.h"
#include "vector.h"
#include "wasm-memory.c"
static uint32_t smaller(uint32_t a, uint32_t b) { return a < b ? a : b; }
#include "product.c"
#include "matrix.c"
#include "search.c"

static pn_search *search;

/** @returns where vectors are put and read; 0: no such dimension, or no memory */
EXPORT(open) int open_search(uint32_t dimension) {
  const uint64_t bytes = pn_search_bytes(dimension);
  if (bytes == 0 || !(search = reserve((uint32_t)bytes))) return 0;
  pn_search_open(search, dimension);
  return 1;
}

/** Room for more rows. @returns whether there is */
EXPORT(grow) int grow(uint32_t rows) {
  const uint64_t bytes = pn_search_chunk_bytes(search, rows);
  void *memory = search->chunk_count < PN_MOST_CHUNKS && bytes < 1ull << 32 ? reserve((uint32_t)bytes) : 0;
  if (memory) pn_search_grow(search, memory, rows);
  return memory != 0;
}

EXPORT(set) int set_row(uint32_t row, const float *vector) { return pn_search_set(search, row, vector); }
EXPORT(clear) void clear_row(uint32_t row) { pn_search_clear(search, row); }
EXPORT(vector) const float *vector_of(uint32_t row) { return pn_search_vector(search, row); }
EXPORT(best) int best(const float *query, uint32_t most, double least, pn_found *found) {
  return (int)pn_search_best(search, query, most, least, found);
}

EXPORT(product_bytes) double product_bytes(uint32_t lefts, uint32_t width) { return (double)pn_matrix_bytes(lefts, width); }
EXPORT(product) void multiply(const float *left, uint32_t lefts, const float *right, uint32_t rights, uint32_t width,
                              float *scores, void *scratch) {
  pn_matrix_product(left, lefts, right, rights, width, scores, scratch);
}

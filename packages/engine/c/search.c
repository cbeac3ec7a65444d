// Exact search by inner product. A scan over 8-bit codes bounds each row's score from above; only rows that could still be among
// the best are scored in full.
//
//   x = s·a + r, y = t·b + u    a in 8 bits, b in 16
//   x·y = s·t·(a·b) + s·a·u + r·y ≤ s·t·(a·b) + |s·a|·|u| + |r|·|y|    (Cauchy and Schwarz)
//
// Scores are sums in float64 of products that are exact there, in one order: the same bits on every target.
#include "search.h"

enum { CODE_STEP = 32, MOST_CODE = 127, MOST_WORD = 32767 };

static const double LONGEST = 1e15, ROUNDED_UP = 1 + 0x1p-20, ROUNDING = 0x1p-36; // dimension · 2⁻⁵³ stays below the last

static uint64_t search_aligned(uint64_t bytes) { return (bytes + PN_ALIGNMENT - 1) / PN_ALIGNMENT * PN_ALIGNMENT; }

static uint32_t search_width(uint32_t dimension) { return (dimension + CODE_STEP - 1) / CODE_STEP * CODE_STEP; }

PN_API uint64_t pn_search_bytes(uint32_t dimension) {
  if (dimension < 1 || dimension > PN_MOST_DIMENSION) return 0;
  return search_aligned(sizeof(pn_search)) + search_aligned(search_width(dimension) * sizeof(int16_t));
}

PN_API void pn_search_open(pn_search *search, uint32_t dimension) {
  search->dimension = dimension;
  search->width = search_width(dimension);
  search->rows = 0;
  search->chunk_count = 0;
  search->query = (int16_t *)((uint8_t *)search + search_aligned(sizeof(pn_search)));
}

PN_API uint64_t pn_search_chunk_bytes(const pn_search *search, uint32_t rows) {
  return search_aligned((uint64_t)rows * search->width) +
         search_aligned((uint64_t)rows * search->dimension * sizeof(float)) +
         search_aligned((uint64_t)rows * sizeof(pn_bound));
}

PN_API void pn_search_grow(pn_search *search, void *memory, uint32_t rows) {
  pn_chunk *chunk = &search->chunks[search->chunk_count++];
  uint8_t *at = memory;
  chunk->memory = memory;
  chunk->first = search->rows;
  chunk->rows = rows;
  chunk->codes = (int8_t *)at;
  at += search_aligned((uint64_t)rows * search->width);
  chunk->vectors = (float *)at;
  at += search_aligned((uint64_t)rows * search->dimension * sizeof(float));
  chunk->bounds = (pn_bound *)at;
  search->rows += rows;
  for (uint32_t i = 0; i < rows; i++) pn_search_clear(search, chunk->first + i);
}

/** The chunk of a row, and its place there. */
static const pn_chunk *chunk_of(const pn_search *search, uint32_t row, uint64_t *place) {
  uint32_t low = 0, high = search->chunk_count;
  while (high - low > 1) {
    const uint32_t middle = (low + high) / 2;
    if (search->chunks[middle].first <= row) low = middle;
    else high = middle;
  }
  *place = row - search->chunks[low].first;
  return &search->chunks[low];
}

/** The length of a vector; NaN where it holds what is not finite, or is too long. */
static double checked_length(const float *vector, uint32_t dimension) {
  double squares = 0;
  for (uint32_t i = 0; i < dimension; i++) squares += (double)vector[i] * vector[i];
  const double length = __builtin_sqrt(squares);
  return length <= LONGEST ? length : __builtin_nan("");
}

static double largest_of(const float *vector, uint32_t dimension) {
  double largest = 0;
  for (uint32_t i = 0; i < dimension; i++) {
    const double size = __builtin_fabs((double)vector[i]);
    if (size > largest) largest = size;
  }
  return largest;
}

/** A whole number near value · inverse, of the sizes that `most` allows. Whatever it loses is seen in the residual. */
static int32_t coded(double value, double inverse, int32_t most) {
  const double exact = value * inverse;
  const double clamped = exact > most ? most : exact < -most ? -most : exact;
  return (int32_t)((clamped + 0x1.8p52) - 0x1.8p52); // float64 has no halves there
}

PN_API int pn_search_set(pn_search *search, uint32_t row, const float *vector) {
  if (!(checked_length(vector, search->dimension) >= 0)) return 0;
  uint64_t place;
  const pn_chunk *chunk = chunk_of(search, row, &place);
  float *own = chunk->vectors + place * search->dimension;
  int8_t *codes_of_row = chunk->codes + place * search->width;
  const float scale = (float)(largest_of(vector, search->dimension) / MOST_CODE);
  const double inverse = scale > 0 ? 1 / (double)scale : 0;
  double length = 0, residual = 0;
  for (uint32_t i = 0; i < search->dimension; i++) {
    const int32_t code = coded(vector[i], inverse, MOST_CODE);
    const double seen = (double)scale * code, rest = vector[i] - seen;
    own[i] = vector[i];
    codes_of_row[i] = (int8_t)code;
    length += seen * seen;
    residual += rest * rest;
  }
  const double smallest = 0x1p-126; // below, float32 would round to nothing
  chunk->bounds[place] = (pn_bound){scale, (float)(__builtin_sqrt(length) * ROUNDED_UP + smallest),
                                    (float)(__builtin_sqrt(residual) * ROUNDED_UP + smallest)};
  return 1;
}

PN_API void pn_search_clear(pn_search *search, uint32_t row) {
  uint64_t place;
  const pn_chunk *chunk = chunk_of(search, row, &place);
  for (uint32_t i = 0; i < search->dimension; i++) chunk->vectors[place * search->dimension + i] = 0;
  for (uint32_t i = 0; i < search->width; i++) chunk->codes[place * search->width + i] = 0;
  chunk->bounds[place] = (pn_bound){0, 0, __builtin_nanf("")};
}

PN_API const float *pn_search_vector(const pn_search *search, uint32_t row) {
  if (row >= search->rows) return 0;
  uint64_t place;
  const pn_chunk *chunk = chunk_of(search, row, &place);
  return chunk->bounds[place].residual >= 0 ? chunk->vectors + place * search->dimension : 0;
}

/** x·y, four sums side by side. */
static double inner_product(const float *x, const float *y, uint32_t dimension) {
  double sums[4] = {0, 0, 0, 0};
  for (uint32_t i = 0; i < dimension; i++) sums[i % 4] += (double)x[i] * y[i];
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

#if defined(multiply_pairs)
typedef int8_t codes __attribute__((vector_size(2 * VL), may_alias));
typedef int16_t words __attribute__((vector_size(4 * VL), may_alias));

/** a·b, exact: no sum leaves 32 bits. */
static inline int32_t code_product(const int8_t *a, const int16_t *b, uint32_t width) {
  ivec sums = {0};
  for (uint32_t i = 0; i < width; i += 2 * VL)
    sums += multiply_pairs((ivec)__builtin_convertvector(*(const codes *)(a + i), words), *(const ivec *)(b + i));
  int32_t sum = 0;
  for (int i = 0; i < VL; i++) sum += sums[i];
  return sum;
}
#else
/** The same, one by one. */
static inline int32_t code_product(const int8_t *a, const int16_t *b, uint32_t width) {
  int32_t sum = 0;
  for (uint32_t i = 0; i < width; i++) sum += a[i] * b[i];
  return sum;
}
#endif

/** A heap whose root is the worst. */
static int is_worse(const pn_found *a, const pn_found *b) {
  return a->score < b->score || (a->score == b->score && a->row > b->row);
}

static void sink(pn_found *heap, uint64_t count, pn_found fresh) {
  uint64_t at = 0;
  for (uint64_t child; (child = 2 * at + 1) < count; at = child) {
    if (child + 1 < count && is_worse(&heap[child + 1], &heap[child])) child++;
    if (!is_worse(&heap[child], &fresh)) break;
    heap[at] = heap[child];
  }
  heap[at] = fresh;
}

static void rise(pn_found *heap, uint64_t at, pn_found fresh) {
  for (uint64_t parent; at > 0 && is_worse(&fresh, &heap[parent = (at - 1) / 2]); at = parent) heap[at] = heap[parent];
  heap[at] = fresh;
}

PN_API int64_t pn_search_best(pn_search *search, const float *query, uint32_t most, double least, pn_found *found) {
  const double norm = checked_length(query, search->dimension);
  if (!(norm >= 0)) return -1;
  // So many levels that the sum of all products stays in 32 bits.
  const uint32_t room = 0x7fffffffu / MOST_CODE / search->dimension;
  const int32_t levels = room < MOST_WORD ? (int32_t)room : MOST_WORD;
  const double scale = largest_of(query, search->dimension) / levels;
  const double inverse = scale > 0 ? 1 / scale : 0;
  double unseen = 0;
  for (uint32_t i = 0; i < search->width; i++) {
    const int32_t word = i < search->dimension ? coded(query[i], inverse, levels) : 0;
    const double rest = i < search->dimension ? query[i] - scale * word : 0;
    search->query[i] = (int16_t)word;
    unseen += rest * rest;
  }
  const double beside = __builtin_sqrt(unseen) * ROUNDED_UP + norm * ROUNDING, around = norm * ROUNDED_UP;
  uint64_t count = 0;
  for (uint32_t c = 0; most > 0 && c < search->chunk_count; c++) {
    const pn_chunk *chunk = &search->chunks[c];
    for (uint64_t i = 0; i < chunk->rows; i++) {
      const pn_bound *bound = &chunk->bounds[i];
      const double product = code_product(chunk->codes + i * search->width, search->query, search->width);
      if (!(bound->scale * (scale * product) + bound->length * beside + bound->residual * around >= least)) continue;
      const double score = inner_product(chunk->vectors + i * search->dimension, query, search->dimension);
      const pn_found fresh = {score, chunk->first + (uint32_t)i};
      if (!(score >= least) || (count == most && !is_worse(found, &fresh))) continue;
      if (count < most) rise(found, count++, fresh);
      else sink(found, count, fresh);
      if (count == most) least = found->score;
    }
  }
  for (uint64_t left = count; left > 1; left--) {
    const pn_found last = found[left - 1];
    found[left - 1] = found[0];
    sink(found, left - 1, last);
  }
  return (int64_t)count;
}

// The pointwise product: of P pixels and 16 outputs (or 32) over K stacked lanes, the sums in registers.
//
//   out[p][o] = start[p][o] + bias[o] + Σₖ value[p][k] · weight[k][o]
//
// Values come in segments of 16 lanes, each of which holds its pixels one after the other.

typedef struct {
  const float *const *segments;
  uint32_t count;
  uint64_t pixel; // floats from a segment's start to the first pixel
  const float *weights[2];
  const float *bias[2];  // 0: none
  const float *start[2]; // 0: none
  float *out[2];
} product;

/** P pixels of BLOCKS blocks of outputs. */
#define DEFINE_TILE(P, BLOCKS)                                                                               \
  static void product_##P##_##BLOCKS(const product *j) {                                                     \
    for (int part = 0; part < BLOCKS * VECTORS; part += WIDE(BLOCKS)) {                                      \
      vec sums[P][WIDE(BLOCKS)];                                                                             \
      UNROLL for (int v = 0; v < WIDE(BLOCKS); v++) {                                                        \
        const int b = (part + v) / VECTORS, lane = (part + v) % VECTORS * VL;                                \
        const vec bias = j->bias[b] ? load(j->bias[b] + lane) : splat(0);                                    \
        const float *start = j->start[b];                                                                    \
        UNROLL for (int p = 0; p < P; p++) sums[p][v] = bias;                                                \
        if (start) UNROLL for (int p = 0; p < P; p++) sums[p][v] += load(start + p * PN_LANES + lane);       \
      }                                                                                                      \
      const float *first = j->weights[0] + (BLOCKS == 1 ? part * VL : 0), *second = j->weights[BLOCKS - 1];  \
      for (uint32_t s = 0; s < j->count; s++) {                                                              \
        const float *values = j->segments[s] + j->pixel;                                                     \
        NO_UNROLL for (int k = 0; k < PN_LANES; k++, values++, first += PN_LANES, second += PN_LANES) {      \
          vec weights[WIDE(BLOCKS)];                                                                         \
          UNROLL for (int v = 0; v < WIDE(BLOCKS); v++) weights[v] =                                         \
              load(v < VECTORS ? first + v * VL : second + (v - VECTORS) * VL);                              \
          UNROLL for (int p = 0; p < P; p++) {                                                               \
            const vec value = splat(values[p * PN_LANES]);                                                   \
            UNROLL for (int v = 0; v < WIDE(BLOCKS); v++) sums[p][v] = madd(value, weights[v], sums[p][v]);  \
          }                                                                                                  \
        }                                                                                                    \
      }                                                                                                      \
      UNROLL for (int v = 0; v < WIDE(BLOCKS); v++) {                                                        \
        float *out = j->out[(part + v) / VECTORS] + (part + v) % VECTORS * VL;                               \
        UNROLL for (int p = 0; p < P; p++) store(out + p * PN_LANES, sums[p][v]);                            \
      }                                                                                                      \
    }                                                                                                        \
  }

#if defined(LARGEST_PAIR)
/**
 * P pixels of one block, two lanes at a time: a vector holds eight outputs' sums over even lanes and over odd ones, side by side, so that
 * one load brings both lanes' values of a pixel. Loads are what limits one block: as many as multiply-adds otherwise.
 */
#define DEFINE_TWOFOLD(P)                                                                                    \
  static void product_##P##_1(const product *j) {                                                            \
    vec sums[P][2];                                                                                          \
    UNROLL for (int p = 0; p < P; p++) sums[p][0] = sums[p][1] = splat(0);                                   \
    const float *first = j->weights[0];                                                                      \
    for (uint32_t s = 0; s < j->count; s++) {                                                                \
      const float *values = j->segments[s] + j->pixel;                                                       \
      for (int k = 0; k < PN_LANES; k += 2, values += 2, first += 2 * PN_LANES) {                            \
        const vec even = load(first), odd = load(first + PN_LANES);                                          \
        const vec low = interleave_low(even, odd), high = interleave_high(even, odd);                        \
        UNROLL for (int p = 0; p < P; p++) {                                                                 \
          const vec both = splat_two(values + p * PN_LANES);                                                 \
          sums[p][0] = madd(both, low, sums[p][0]);                                                          \
          sums[p][1] = madd(both, high, sums[p][1]);                                                         \
        }                                                                                                    \
      }                                                                                                      \
    }                                                                                                        \
    const vec bias = j->bias[0] ? load(j->bias[0]) : splat(0);                                               \
    UNROLL for (int p = 0; p < P; p++) {                                                                     \
      vec sum = bias + add_neighbours(sums[p][0], sums[p][1]);                                               \
      if (j->start[0]) sum += load(j->start[0] + p * PN_LANES);                                              \
      store(j->out[0] + p * PN_LANES, sum);                                                                  \
    }                                                                                                        \
  }
#endif

#if defined(LARGEST_PAIR)
#define DEFINE_PAIR(P) DEFINE_TILE(P, 2)
TILES(DEFINE_PAIR)
TILES(DEFINE_TWOFOLD)
#else
#define DEFINE_SINGLE(P) DEFINE_TILE(P, 1)
TILES(DEFINE_SINGLE)
#endif

typedef void product_tile(const product *);
#define NAME_SINGLE(P) product_##P##_1,
#define NAME_PAIR(P) product_##P##_2,

/** All pixels of one block of outputs or two, in as few tiles as will do, of sizes as even as can be. */
static void multiply_pixels(product j, int blocks, uint32_t pixels) {
  static product_tile *const singles[] = {0, TILES(NAME_SINGLE)};
#if defined(LARGEST_PAIR)
  static product_tile *const pairs[] = {0, TILES(NAME_PAIR)};
  product_tile *const *tiles = blocks == 2 ? pairs : singles;
#else
  product_tile *const *tiles = singles;
#endif
  for (uint32_t left = (pixels + LARGEST_SINGLE - 1) / LARGEST_SINGLE; left > 0; left--) {
    const uint32_t size = (pixels + left - 1) / left;
    tiles[size](&j);
    pixels -= size;
    j.pixel += size * PN_LANES;
    for (int b = 0; b < blocks; b++) {
      j.out[b] += size * PN_LANES;
      if (j.start[b]) j.start[b] += size * PN_LANES;
    }
  }
}

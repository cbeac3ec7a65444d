// The product on integers: of P pixels and 16 outputs (or 32) over stacked lanes, word by word, the sums in registers.
//
//   sums[p][o] = Σ words Σ lanes of a word: value[p] · weight[o]

typedef struct {
  const ELEMENT *const *segments;
  uint32_t count;
  uint64_t pixel;            // from a segment's start to the first pixel, in integers
  const int32_t *weights[2]; // [word][16 outputs]
  int32_t *sums[2];          // [pixel][16 outputs]
} OF(dots);

/** P pixels of BLOCKS blocks of outputs. */
#define DEFINE_DOT(P, BLOCKS)                                                                                \
  static void OF(dot_##P##_##BLOCKS)(const OF(dots) *j) {                                                    \
    for (int part = 0; part < BLOCKS * VECTORS; part += WIDE(BLOCKS)) {                                      \
      ivec sums[P][WIDE(BLOCKS)];                                                                            \
      UNROLL for (int p = 0; p < P; p++) UNROLL for (int v = 0; v < WIDE(BLOCKS); v++) sums[p][v] = (ivec){0}; \
      const int32_t *first = j->weights[0] + (BLOCKS == 1 ? part * VL : 0), *second = j->weights[BLOCKS - 1]; \
      for (uint32_t s = 0; s < j->count; s++) {                                                              \
        const ELEMENT *values = j->segments[s] + j->pixel;                                                   \
        NO_UNROLL for (uint32_t k = 0; k < PN_LANES; k += WORD / sizeof(ELEMENT), values += WORD / sizeof(ELEMENT), \
                       first += PN_LANES, second += PN_LANES) {                                              \
          ivec weights[WIDE(BLOCKS)];                                                                        \
          UNROLL for (int v = 0; v < WIDE(BLOCKS); v++)                                                      \
              weights[v] = *(const ivec *)(v < VECTORS ? first + v * VL : second + (v - VECTORS) * VL);      \
          UNROLL for (int p = 0; p < P; p++) {                                                               \
            int32_t word;                                                                                    \
            __builtin_memcpy(&word, values + p * PN_LANES, sizeof word);                                     \
            const ivec value = isplat(word);                                                                 \
            UNROLL for (int v = 0; v < WIDE(BLOCKS); v++) sums[p][v] = OF(dot)(sums[p][v], value, weights[v]); \
          }                                                                                                  \
        }                                                                                                    \
      }                                                                                                      \
      UNROLL for (int v = 0; v < WIDE(BLOCKS); v++) {                                                        \
        int32_t *to = j->sums[(part + v) / VECTORS] + (part + v) % VECTORS * VL;                             \
        UNROLL for (int p = 0; p < P; p++) *(ivec *)(to + p * PN_LANES) = sums[p][v];                        \
      }                                                                                                      \
    }                                                                                                        \
  }
#define DEFINE_DOT_1(P) DEFINE_DOT(P, 1)
TILES(DEFINE_DOT_1)
#if defined(LARGEST_PAIR)
#define DEFINE_DOT_2(P) DEFINE_DOT(P, 2)
TILES(DEFINE_DOT_2)
#endif

#define NAME_DOT_1(P) OF(dot_##P##_1),
#define NAME_DOT_2(P) OF(dot_##P##_2),

/** All pixels of one block of outputs or two, as `multiply_pixels` has them. */
static void OF(dot_pixels)(OF(dots) j, int blocks, uint32_t pixels) {
  typedef void dot_tile(const OF(dots) *);
  static dot_tile *const singles[] = {0, TILES(NAME_DOT_1)};
#if defined(LARGEST_PAIR)
  static dot_tile *const pairs[] = {0, TILES(NAME_DOT_2)};
  dot_tile *const *tiles = blocks == 2 ? pairs : singles;
#else
  dot_tile *const *tiles = singles;
#endif
  for (uint32_t left = (pixels + LARGEST_SINGLE - 1) / LARGEST_SINGLE; left > 0; left--) {
    const uint32_t size = (pixels + left - 1) / left;
    tiles[size](&j);
    pixels -= size;
    j.pixel += size * PN_LANES;
    for (int b = 0; b < blocks; b++) j.sums[b] += size * PN_LANES;
  }
}
#undef DEFINE_DOT
#undef DEFINE_DOT_1
#undef DEFINE_DOT_2
#undef NAME_DOT_1
#undef NAME_DOT_2

// Depthwise convolution of one row: P pixels at a time, a row of the kernel's weights in registers. What is multiplied at a time is a float,
// or a word of several taps' integers; a ring holds one for each pixel and lane.

typedef struct {
  const TAP *const *rows; // where each of the kernel's rows starts to see
  const TAP *weights;     // [ky][column][16]
  const float *bias;      // of floats; 0: none
  TAP *out;               // [pixel][16]
  uint32_t pixels;
  uint32_t kernel_height, columns, stride, apart; // apart: pixels from one column of taps to the next
} OF(depthwise);

#define TAPS_LOAD(at) (*(const TAPS *)(at))

/** P pixels from `first` on, K and S constants where this is expanded. */
static inline __attribute__((always_inline)) void OF(depthwise_pixels)(const OF(depthwise) *d, uint32_t first, int v,
                                                                       const int P, const int K, const int S) {
  enum { COLUMNS_AT_MOST = 7 };
  const int C = (K + TAPS_EACH - 1) / TAPS_EACH;
  const TAPS bias = d->bias ? (TAPS)load(d->bias + v * VL) : (TAPS){0};
  TAPS sums[DEPTH_PIXELS];
#pragma GCC unroll 16
  for (int p = 0; p < P; p++) sums[p] = bias;
  for (int ky = 0; ky < K; ky++) {
    const TAP *row = d->rows[ky] + (uint64_t)first * S * PN_LANES + v * VL;
    TAPS weights[COLUMNS_AT_MOST];
#pragma GCC unroll 8
    for (int c = 0; c < C; c++) weights[c] = TAPS_LOAD(d->weights + (ky * C + c) * PN_LANES + v * VL);
#pragma GCC unroll 16
    for (int p = 0; p < P; p++)
#pragma GCC unroll 8
      for (int c = 0; c < C; c++)
        sums[p] = TAPS_MULTIPLY(TAPS_LOAD(row + (p * S + c * TAPS_EACH) * PN_LANES), weights[c], sums[p]);
  }
#pragma GCC unroll 16
  for (int p = 0; p < P; p++) *(TAPS *)(d->out + (uint64_t)(first + p) * PN_LANES + v * VL) = sums[p];
}

/** A row; what is left of it after whole groups of pixels is computed together with some that have been. */
#define DEFINE_ROW(K, S)                                                                                          \
  static void OF(depthwise_##K##_##S)(const OF(depthwise) *d) {                                                   \
    for (int v = 0; v < VECTORS; v++) {                                                                           \
      uint32_t x = 0;                                                                                             \
      for (; x + DEPTH_PIXELS <= d->pixels; x += DEPTH_PIXELS)                                                    \
        OF(depthwise_pixels)(d, x, v, DEPTH_PIXELS, K, S);                                                        \
      if (d->pixels >= FEW_PIXELS)                                                                                \
        for (; x < d->pixels; x += FEW_PIXELS)                                                                    \
          OF(depthwise_pixels)(d, smaller(x, d->pixels - FEW_PIXELS), v, FEW_PIXELS, K, S);                       \
      for (; x < d->pixels; x++) OF(depthwise_pixels)(d, x, v, 1, K, S);                                          \
    }                                                                                                             \
  }
KERNELS(DEFINE_ROW)
#undef DEFINE_ROW

/** Any kernel, stride and dilation. */
static void OF(depthwise_any)(const OF(depthwise) *d) {
  for (int v = 0; v < VECTORS; v++)
    for (uint32_t x = 0; x < d->pixels; x++) {
      TAPS sum = d->bias ? (TAPS)load(d->bias + v * VL) : (TAPS){0};
      const TAP *weights = d->weights + v * VL;
      for (uint32_t ky = 0; ky < d->kernel_height; ky++) {
        const TAP *row = d->rows[ky] + (uint64_t)x * d->stride * PN_LANES + v * VL;
        for (uint32_t c = 0; c < d->columns; c++, weights += PN_LANES)
          sum = TAPS_MULTIPLY(TAPS_LOAD(row + (uint64_t)c * d->apart * PN_LANES), TAPS_LOAD(weights), sum);
      }
      *(TAPS *)(d->out + (uint64_t)x * PN_LANES + v * VL) = sum;
    }
}

static void OF(depthwise_row)(const OF(depthwise) *d) {
#define ROW_OF(K, S)                                                                                              \
  if (d->kernel_height == K && d->columns == (K + TAPS_EACH - 1) / TAPS_EACH && d->stride == S && d->apart == TAPS_EACH) \
    {                                                                                                              \
      OF(depthwise_##K##_##S)(d);                                                                                  \
      return;                                                                                                      \
    }
  KERNELS(ROW_OF)
#undef ROW_OF
  OF(depthwise_any)(d);
}

static const TAP *OF(tap_weights)(const pn_state *, const pn_source *, uint64_t, uint64_t);

/** The convolution of output row `y`, columns from `x` on, of a block that a ring holds. */
static OF(depthwise) OF(depthwise_of)(const pn_state *state, const OF(ring) *r, uint32_t block, uint32_t y, uint32_t x,
                                      uint32_t pixels, const TAP **rows, TAP *out) {
  const pn_source *s = r->source;
  const uint32_t columns = (s->kernel_width + TAPS_EACH - 1) / TAPS_EACH;
  for (uint32_t ky = 0; ky < s->kernel_height; ky++)
    rows[ky] = (const TAP *)OF(ring_row)(r, block, y * s->stride_y + ky * s->dilation_y) + (uint64_t)x * s->stride_x * PN_LANES;
  const uint64_t each = (uint64_t)s->kernel_height * columns * PN_LANES;
  const TAP *weights = OF(tap_weights)(state, s, (r->first_block + block) * each, each);
  return (OF(depthwise)){rows, weights, 0, out, pixels, s->kernel_height, columns, s->stride_x, s->dilation_x * TAPS_EACH};
}
#undef TAPS_LOAD

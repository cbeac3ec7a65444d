// Depthwise convolution of one row: P pixels at a time, a row of the kernel's weights in registers.

typedef struct {
  const float *const *rows; // where each of the kernel's rows starts to see
  const float *weights;     // [ky][kx][16]
  const float *bias;        // 0: none
  float *out;
  uint32_t pixels;
  uint32_t kernel_height, kernel_width, stride, dilation;
} depthwise;

/** P pixels from `first` on, K and S constants where this is expanded. */
static inline __attribute__((always_inline)) void depthwise_pixels(const depthwise *d, uint32_t first, int v,
                                                                   const int P, const int K, const int S) {
  const vec bias = d->bias ? load(d->bias + v * VL) : splat(0);
  vec sums[DEPTH_PIXELS];
#pragma GCC unroll 16
  for (int p = 0; p < P; p++) sums[p] = bias;
  for (int ky = 0; ky < K; ky++) {
    const float *row = d->rows[ky] + (uint64_t)first * S * PN_LANES + v * VL;
    vec weights[7];
#pragma GCC unroll 8
    for (int kx = 0; kx < K; kx++) weights[kx] = load(d->weights + (ky * K + kx) * PN_LANES + v * VL);
#pragma GCC unroll 16
    for (int p = 0; p < P; p++)
#pragma GCC unroll 8
      for (int kx = 0; kx < K; kx++) sums[p] = madd(load(row + (p * S + kx) * PN_LANES), weights[kx], sums[p]);
  }
#pragma GCC unroll 16
  for (int p = 0; p < P; p++) store(d->out + (uint64_t)(first + p) * PN_LANES + v * VL, sums[p]);
}

/** A row; what is left of it after whole groups of pixels is computed together with some that have been. */
#define DEFINE_ROW(K, S)                                                                                          \
  static void depthwise_##K##_##S(const depthwise *d) {                                                           \
    for (int v = 0; v < VECTORS; v++) {                                                                           \
      uint32_t x = 0;                                                                                             \
      for (; x + DEPTH_PIXELS <= d->pixels; x += DEPTH_PIXELS) depthwise_pixels(d, x, v, DEPTH_PIXELS, K, S);     \
      if (d->pixels >= FEW_PIXELS)                                                                                \
        for (; x < d->pixels; x += FEW_PIXELS)                                                                    \
          depthwise_pixels(d, smaller(x, d->pixels - FEW_PIXELS), v, FEW_PIXELS, K, S);                           \
      for (; x < d->pixels; x++) depthwise_pixels(d, x, v, 1, K, S);                                              \
    }                                                                                                             \
  }
DEFINE_ROW(3, 1)
DEFINE_ROW(3, 2)
DEFINE_ROW(5, 1)
DEFINE_ROW(5, 2)
DEFINE_ROW(7, 1)
DEFINE_ROW(7, 2)

/** Any kernel, stride and dilation. */
static void depthwise_any(const depthwise *d) {
  for (int v = 0; v < VECTORS; v++)
    for (uint32_t x = 0; x < d->pixels; x++) {
      vec sum = d->bias ? load(d->bias + v * VL) : splat(0);
      const float *weights = d->weights + v * VL;
      for (uint32_t ky = 0; ky < d->kernel_height; ky++) {
        const float *row = d->rows[ky] + (uint64_t)x * d->stride * PN_LANES + v * VL;
        for (uint32_t kx = 0; kx < d->kernel_width; kx++, weights += PN_LANES)
          sum = madd(load(row + (uint64_t)kx * d->dilation * PN_LANES), load(weights), sum);
      }
      store(d->out + (uint64_t)x * PN_LANES + v * VL, sum);
    }
}

static void depthwise_row(const depthwise *d) {
  if (d->kernel_height == d->kernel_width && d->dilation == 1 && d->stride <= 2) switch (d->kernel_width * 2 + d->stride) {
      case 7: depthwise_3_1(d); return;
      case 8: depthwise_3_2(d); return;
      case 11: depthwise_5_1(d); return;
      case 12: depthwise_5_2(d); return;
      case 15: depthwise_7_1(d); return;
      case 16: depthwise_7_2(d); return;
    }
  depthwise_any(d);
}

/** Output row `y`, columns from `x` on, of a block that a ring holds. */
static void depthwise_from_ring(const pn_state *state, const ring *r, uint32_t block, uint32_t y, uint32_t x,
                                uint32_t pixels, float *out) {
  const pn_source *s = r->source;
  const uint32_t own = r->first_block + block;
  const float *rows[PN_ROWS];
  for (uint32_t ky = 0; ky < s->kernel_height; ky++)
    rows[ky] = ring_row(r, block, y * s->stride_y + ky * s->dilation_y) + (uint64_t)x * s->stride_x * PN_LANES;
  const uint64_t taps = (uint64_t)s->kernel_height * s->kernel_width * PN_LANES;
  const depthwise d = {rows, weights_of(state, s->weight, own * taps, taps),
                       s->bias == PN_NONE ? 0 : (const float *)state->values[s->bias] + own * PN_LANES, out, pixels,
                       s->kernel_height, s->kernel_width, s->stride_x, s->dilation_x};
  depthwise_row(&d);
  const activation post = POST(state, s);
  if (post.kind != PN_ACTIVATION_NONE) activate(out, PN_LANES, out, pixels, &post, own);
}

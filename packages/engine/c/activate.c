// Activations of one block's pixels, which lie one after the other: 16 lanes each.

typedef struct {
  uint32_t kind;
  const float *values; // of all blocks: slopes, or scales and shifts
  float low, high;
} activation;

/** A tensor of floats, or of halves that were made floats. */
static const float *values_of(const pn_state *state, uint32_t tensor) { return (const float *)state->values[tensor]; }

static activation activation_of(const pn_state *state, uint32_t kind, uint32_t tensor, float low, float high) {
  const int valued = kind == PN_ACTIVATION_PRELU || kind == PN_ACTIVATION_AFFINE;
  return (activation){kind, valued ? values_of(state, tensor) : 0, low, high};
}
#define PRE(state, s) activation_of(state, (s)->pre_kind, (s)->pre_tensor, (s)->pre_low, (s)->pre_high)
#define POST(state, s) activation_of(state, (s)->post_kind, (s)->post_tensor, (s)->post_low, (s)->post_high)

/** 1 / (1 + e^−x). e^y = 2^n · e^r, n whole, |r| ≤ ln 2 / 2; e^r by its series to the seventh power, good to 2 units in the last place. */
static vec sigmoid(vec x) {
  const vec y = vmin(vmax(-x, splat(-87)), splat(87));
  const vec shifted = y * splat(1.44269504088896341f) + splat(12582912.0f); // rounds: 1.5 · 2²³
  const vec n = shifted - splat(12582912.0f);
  const vec r = y - n * splat(0.693145751953125f) - n * splat(1.428606765330187e-6f);
  vec series = splat(1.0f / 5040);
  static const float terms[] = {1.0f / 720, 1.0f / 120, 1.0f / 24, 1.0f / 6, 0.5f, 1, 1};
  for (int i = 0; i < 7; i++) series = series * r + splat(terms[i]);
  return splat(1) / (splat(1) + from_bits(bits_of(series) + (bits_of(shifted) << 23)));
}

enum { TOGETHER = 8 }; // pixels whose places are constants beside one

/** Each pixel's vector x, wherever it stands. */
#define EACH_PIXEL(expression)                       \
  for (uint64_t p = 0; p < pixels; p++) {            \
    const vec x = load(from + p * step + v * VL);    \
    store(to + p * PN_LANES + v * VL, (expression)); \
  }

/** The same, faster where pixels lie side by side, as most do. */
#define MANY_PIXELS(expression)                                                                            \
  {                                                                                                        \
    const float *next = from + v * VL;                                                                     \
    float *made = to + v * VL;                                                                             \
    uint64_t left = pixels;                                                                                \
    if (step == PN_LANES)                                                                                  \
      for (; left >= TOGETHER; left -= TOGETHER, next += TOGETHER * PN_LANES, made += TOGETHER * PN_LANES) \
        _Pragma("GCC unroll 8") for (int i = 0; i < TOGETHER; i++) {                                       \
          const vec x = load(next + i * PN_LANES);                                                         \
          store(made + i * PN_LANES, (expression));                                                        \
        }                                                                                                  \
    for (; left > 0; left--, next += step, made += PN_LANES) {                                             \
      const vec x = load(next);                                                                            \
      store(made, (expression));                                                                           \
    }                                                                                                      \
  }

/**
 * `step`: floats from one pixel to the next where they come from. `from` may be `to` where the step is 16. No operation is fused with
 * another: what is computed in integers passes here between them, and has one result wherever it is computed (levels.c).
 */
static __attribute__((noinline)) void activate(const float *from, uint64_t step, float *to, uint64_t pixels, const activation *a,
                     uint32_t block) {
  for (int v = 0; v < VECTORS; v++) switch (a->kind) {
      case PN_ACTIVATION_NONE:
        if (from != to) MANY_PIXELS(x);
        break;
      case PN_ACTIVATION_RELU:
        MANY_PIXELS(vmax(x, splat(0)));
        break;
      case PN_ACTIVATION_PRELU: {
        const vec rest = load(a->values + (uint64_t)block * PN_LANES + v * VL) - splat(1);
        MANY_PIXELS(rest * vmin(x, splat(0)) + x);
        break;
      }
      case PN_ACTIVATION_CLIP: {
        const vec low = splat(a->low), high = splat(a->high);
        MANY_PIXELS(vmin(vmax(x, low), high));
        break;
      }
      case PN_ACTIVATION_SIGMOID:
        EACH_PIXEL(sigmoid(x));
        break;
      case PN_ACTIVATION_AFFINE: {
        const float *values = a->values + (uint64_t)block * 2 * PN_LANES + v * VL;
        const vec scale = load(values), shift = load(values + PN_LANES);
        EACH_PIXEL(scale * x + shift);
        break;
      }
    }
}

static inline void clear(float *to, uint64_t pixels) {
  for (uint64_t i = 0; i < pixels * PN_LANES; i += VL) store(to + i, splat(0));
}

// What integers stand for. A number v of a lane with scale s and zero z (of the plan, for eight bits) is the integer
//
//   q = ⌊v / (s · unit)⌉ + zero, within low … high
//
// rounded to the nearest, ties to even. All arithmetic on integers is defined by this, by sums in 32 bits, and by single operations of
// IEEE 754 that are neither fused nor reordered, so that it has one result wherever it is computed.

typedef struct {
  float unit;  // of the file's scale
  float low, high;
  int shift;   // bits that a difference of two integers leaves free in a halfword of its own
  uint32_t element; // bytes in which integers lie in a buffer
} levels;

static inline levels levels_of(uint32_t arithmetic) {
  switch (arithmetic) {
    case PN_ARITHMETIC_INT16: return (levels){0.125f, -2047, 2047, 4, 2};
    case PN_ARITHMETIC_INT8: return (levels){1, 0, 255, 7, 1};
    case PN_ARITHMETIC_INT7: return (levels){2, 0, 127, 8, 1};
    default: return (levels){1, 0, 0, 0, 4};
  }
}

/** The nearest whole number, ties to even, of one below 2²²: beyond 1.5 · 2²³ floats are whole numbers. */
static inline float nearest(float value) { return (value + 12582912.0f) - 12582912.0f; }

/** Scale and zero of a lane, in units of the arithmetic. `tensor` holds [block][scales, zeros][16]. */
typedef struct {
  float scale, zero;
} level;

static inline level level_of(uint32_t arithmetic, const float *tensor, uint64_t lane) {
  const levels l = levels_of(arithmetic);
  const float *at = tensor + lane / PN_LANES * 2 * PN_LANES + lane % PN_LANES;
  const float zero = at[PN_LANES] >= 0 && at[PN_LANES] <= 255 ? at[PN_LANES] : 0;
  return (level){at[0] * l.unit, arithmetic == PN_ARITHMETIC_INT16 ? 0 : nearest(zero / l.unit)};
}

/**
 * The same of a channel of the image: a byte is a whole number of steps, and zero lies wherever the mean does; of seven bits, half a step for
 * a byte, a quarter lower, so that no byte lies between two integers.
 */
static inline level level_of_image(const pn_state *state, uint32_t channel) {
  const pn_header *h = state->header;
  const float scales[3] = {h->scale0, h->scale1, h->scale2}, shifts[3] = {h->shift0, h->shift1, h->shift2};
  const float unit = levels_of(state->arithmetic).unit, scale = scales[channel % 3];
  const float zero = -shifts[channel % 3] / (scale * unit);
  switch (state->arithmetic) {
    case PN_ARITHMETIC_INT16: return (level){scale * unit, 0};
    case PN_ARITHMETIC_INT7: return (level){scale * unit, zero - 0.25f};
    default: return (level){scale * unit, zero};
  }
}

#if !defined(PN_BOARD_PLAN)
/** What an activation makes of a value of a lane of a source. */
static float activated(const pn_state *state, const pn_source *s, uint64_t lane, float value) {
  const activation pre = PRE(state, s);
  switch (pre.kind) {
    case PN_ACTIVATION_RELU: return value > 0 ? value : 0;
    case PN_ACTIVATION_PRELU: return value < 0 ? pre.values[lane] * value : value;
    case PN_ACTIVATION_CLIP: return value < pre.low ? pre.low : value > pre.high ? pre.high : value;
    default: return value;
  }
}

/** What a point or dense source gives, or a depthwise one takes, of its lane `lane`: what is activated may have levels of its own. */
static level taken_level(const pn_state *state, const pn_source *s, uint64_t lane) {
  if (s->pre_kind != PN_ACTIVATION_NONE && s->pre_levels != PN_NONE)
    return level_of(state->arithmetic, values_of(state, s->pre_levels), lane);
  const float *tensor = values_of(state, state->buffers[s->buffer].levels) + (uint64_t)s->block * 2 * PN_LANES;
  const level own = level_of(state->arithmetic, tensor, lane);
  if (s->pre_kind == PN_ACTIVATION_NONE || state->arithmetic == PN_ARITHMETIC_INT16) return own;
  const float most = levels_of(state->arithmetic).high;
  const float ends[2] = {activated(state, s, lane, -own.zero * own.scale), activated(state, s, lane, (most - own.zero) * own.scale)};
  const float least = ends[0] < ends[1] ? ends[0] : ends[1], steps = least < 0 ? -least / own.scale : 0;
  return (level){own.scale, steps <= most ? nearest(steps) : most};
}

/** Scale and zero of a lane of segment `segment` of those that a source stacks. */
static level stacked_level(const pn_state *state, const pn_source *s, uint64_t segment, uint32_t lane) {
  if (s->kind == PN_SOURCE_PATCH)
    return level_of_image(state, (uint32_t)((segment * PN_LANES + lane) % state->header->channels));
  if (s->kind == PN_SOURCE_DEPTH) return level_of(state->arithmetic, values_of(state, s->post_levels), segment * PN_LANES + lane);
  const uint64_t taps = s->kind == PN_SOURCE_DENSE ? (uint64_t)s->kernel_height * s->kernel_width : 1;
  return taken_level(state, s, segment / taps * PN_LANES + lane);
}

/** Where int8 weights of a node have lane k and output `lane` of a block. */
static uint64_t weight_at(uint64_t lanes, uint64_t block, uint64_t k, uint32_t lane) {
  return ((block * lanes * PN_LANES / 4 + k / 4) * PN_LANES + lane) * 4 + k % 4;
}
#endif

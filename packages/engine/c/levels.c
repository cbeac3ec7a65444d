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

static levels levels_of(uint32_t arithmetic) {
  switch (arithmetic) {
    case PN_ARITHMETIC_INT16: return (levels){0.125f, -2047, 2047, 4, 2};
    case PN_ARITHMETIC_INT8: return (levels){1, 0, 255, 7, 1};
    case PN_ARITHMETIC_INT7: return (levels){2, 0, 127, 8, 1};
    default: return (levels){1, 0, 0, 0, 4};
  }
}

/** The nearest whole number, ties to even, of one below 2²²: beyond 1.5 · 2²³ floats are whole numbers. */
static const float WHOLE = 12582912.0f;
static float nearest(float value) { return (value + WHOLE) - WHOLE; }

/** Scale and zero of a lane, in units of the arithmetic. `tensor` holds [block][scales, zeros][16]. */
typedef struct {
  float scale, zero;
} level;

static level level_of(uint32_t arithmetic, const float *tensor, uint64_t lane) {
  const levels l = levels_of(arithmetic);
  const float *at = tensor + lane / PN_LANES * 2 * PN_LANES + lane % PN_LANES;
  const float zero = at[PN_LANES] >= 0 && at[PN_LANES] <= 255 ? at[PN_LANES] : 0;
  return (level){at[0] * l.unit, arithmetic == PN_ARITHMETIC_INT16 ? 0 : nearest(zero / l.unit)};
}

/** The same of a channel of the image: a byte is a whole number of steps, and zero lies wherever the mean does. */
static level level_of_image(const pn_state *state, uint32_t channel) {
  const pn_header *h = state->header;
  const float scales[3] = {h->scale0, h->scale1, h->scale2}, shifts[3] = {h->shift0, h->shift1, h->shift2};
  const float unit = levels_of(state->arithmetic).unit, scale = scales[channel % 3];
  return (level){scale * unit, state->arithmetic == PN_ARITHMETIC_INT16 ? 0 : -shifts[channel % 3] / (scale * unit)};
}

/** What a point or dense source gives, or a depthwise one takes: what is activated has levels of its own. */
static const float *taken_levels(const pn_state *state, const pn_source *s) {
  if (s->pre_kind != PN_ACTIVATION_NONE) return values_of(state, s->pre_levels);
  return values_of(state, state->buffers[s->buffer].levels) + (uint64_t)s->block * 2 * PN_LANES;
}

/** Scale and zero of a lane of segment `segment` of those that a source stacks. */
static level stacked_level(const pn_state *state, const pn_source *s, uint64_t segment, uint32_t lane) {
  if (s->kind == PN_SOURCE_PATCH)
    return level_of_image(state, (uint32_t)((segment * PN_LANES + lane) % state->header->channels));
  const float *tensor = s->kind == PN_SOURCE_DEPTH ? values_of(state, s->post_levels) : taken_levels(state, s);
  const uint64_t taps = s->kind == PN_SOURCE_DENSE ? (uint64_t)s->kernel_height * s->kernel_width : 1;
  return level_of(state->arithmetic, tensor, segment / taps * PN_LANES + lane);
}

/** Where int8 weights of a node have lane k and output `lane` of a block. */
static uint64_t weight_at(uint64_t lanes, uint64_t block, uint64_t k, uint32_t lane) {
  return ((block * lanes * PN_LANES / 4 + k / 4) * PN_LANES + lane) * 4 + k % 4;
}

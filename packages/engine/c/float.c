// What nodes of floats do to one element: how it comes in, convolves depthwise and is multiplied.

/** Weights of a step, or of a depthwise convolution: those of int8 were made floats when the plan was loaded. */
static const float *step_weights(const pn_state *state, const pn_step *p, uint64_t first, uint64_t count) {
  if (state->tensors[p->weight].dtype == PN_DTYPE_INT8)
    return (const float *)state->step_tables[p - state->steps].loaded + first;
  return weights_of(state, p->weight, first, count);
}
static const float *source_weights(const pn_state *state, const pn_source *s, uint64_t first, uint64_t count) {
  if (state->tensors[s->weight].dtype == PN_DTYPE_INT8)
    return (const float *)state->source_tables[s - state->sources].loaded + first;
  return weights_of(state, s->weight, first, count);
}

/** Pixels of a block of a source on their way in. */
static void OF(take)(const pn_state *state, const pn_source *s, uint32_t block, uint64_t pixel, uint32_t step, float *to,
                     uint64_t pixels) {
  const activation pre = PRE(state, s);
  const float *plane = plane_at(state, s->buffer, s->block + block);
  activate(plane + pixel * PN_LANES, step * PN_LANES, to, pixels, &pre, block);
}

/** A row of a ring: `pixels` from one of the plane on, between `before` and `after` pixels of nothing. */
static void OF(take_row)(const pn_state *state, const pn_source *s, uint32_t block, uint64_t pixel, float *to, uint64_t before,
                         uint64_t pixels, uint64_t after) {
  clear(to, before);
  if (pixels > 0) OF(take)(state, s, block, pixel, 1, to + before * PN_LANES, pixels);
  clear(to + (before + pixels) * PN_LANES, after);
}

static void OF(clear)(const pn_state *state, const pn_source *s, uint32_t block, float *to, uint64_t pixels) {
  (void)state, (void)s, (void)block;
  clear(to, pixels);
}

static const float *OF(tap_weights)(const pn_state *state, const pn_source *s, uint64_t first, uint64_t count) {
  return source_weights(state, s, first, count);
}

/** Output row `y`, columns from `x` on, of a block that a ring holds. */
static void OF(depthwise_into)(const pn_state *state, const OF(ring) *r, uint32_t block, uint32_t y, uint32_t x,
                               uint32_t pixels, float *out) {
  const pn_source *s = r->source;
  const uint32_t own = r->first_block + block;
  const float *rows[PN_ROWS];
  OF(depthwise) d = OF(depthwise_of)(state, r, block, y, x, pixels, rows, out);
  if (s->bias != PN_NONE) d.bias = values_of(state, s->bias) + (uint64_t)own * PN_LANES;
  OF(depthwise_row)(&d);
  const activation post = POST(state, s);
  if (post.kind != PN_ACTIVATION_NONE) activate(out, PN_LANES, out, pixels, &post, own);
}

/** Multiplies the chunk; the last one brings bias' and addend's share along and is activated. */
static void OF(multiply)(OF(node) *n) {
  const pn_state *state = n->state;
  const pn_step *p = n->step;
  const int first = n->done == 0, last = n->done + n->filled == n->shape->lanes;
  const uint32_t pixels = n->rows * n->columns;
  const uint64_t at = ((uint64_t)n->y * n->shape->width + n->x) * PN_LANES;
  const uint64_t plane = plane_floats(&state->planes[p->buffer]);
  const uint64_t panel = (uint64_t)n->shape->lanes * PN_LANES * PN_LANES; // the weights of one block of outputs
  const uint64_t done = (uint64_t)n->done * PN_LANES * PN_LANES, count = (uint64_t)n->filled * PN_LANES * PN_LANES;
  const float *bias = first && p->bias != PN_NONE ? values_of(state, p->bias) : 0;
  float *out = (float *)plane_at(state, p->buffer, p->block) + at;
  const float *start = out;
  if (first) start = p->addend_buffer == PN_NONE ? 0 : (const float *)plane_at(state, p->addend_buffer, p->addend_block) + at;
  const activation post = POST(state, p);
  for (uint32_t b = 0; b < p->blocks;) {
    product j = {n->segments, n->filled, 0, {step_weights(state, p, b * panel + done, count)}, {bias ? bias + b * PN_LANES : 0},
                 {start ? start + b * plane : 0}, {out + b * plane}};
    uint32_t blocks = 1;
#if defined(LARGEST_PAIR)
    if (b + 1 < p->blocks) {
      blocks = 2;
      j.weights[1] = j.weights[0] + panel;
      j.bias[1] = bias ? j.bias[0] + PN_LANES : 0;
      j.start[1] = start ? j.start[0] + plane : 0;
      j.out[1] = j.out[0] + plane;
    }
#endif
    multiply_pixels(j, (int)blocks, pixels);
    if (last && post.kind != PN_ACTIVATION_NONE)
      for (uint32_t i = 0; i < blocks; i++) activate(j.out[i], PN_LANES, j.out[i], pixels, &post, b + i);
    b += blocks;
  }
  n->done += n->filled;
  n->filled = 0;
}

/** A row of a spatial step, activated. */
static void OF(depthwise_alone)(const pn_state *state, const OF(ring) *r, uint32_t y, uint32_t pixels, void *out,
                                uint32_t element, const activation *post, uint32_t block) {
  (void)element;
  OF(depthwise_into)(state, r, 0, y, 0, pixels, out);
  activate(out, PN_LANES, out, pixels, post, block);
}

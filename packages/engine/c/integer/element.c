// What nodes of integers do to one element: how it comes in, convolves depthwise and is multiplied. Integers of a tile are of ELEMENT.

/** Pixels of a block of a source on their way in. */
static void OF(take)(const pn_state *state, const pn_source *s, uint32_t block, uint64_t pixel, uint32_t step, ELEMENT *to,
                     uint64_t pixels) {
  const uint32_t element = state->planes[s->buffer].element;
  const int16_t *rows = (const int16_t *)loaded_at(state, state->source_tables[s - state->sources].map);
  map_row(rows + (uint64_t)block * MAP_ROWS * MAP_LANES, levels_of(state->arithmetic).shift,
          pixel_at(plane_at(state, s->buffer, s->block + block), pixel, element), element, step, to, sizeof(ELEMENT), pixels);
}

/** Pixels of nothing: zeros of what is taken. */
static void OF(clear)(const pn_state *state, const pn_source *s, uint32_t block, ELEMENT *to, uint64_t pixels) {
  const int16_t *rows = (const int16_t *)loaded_at(state, state->source_tables[s - state->sources].map);
  rows += ((uint64_t)block * MAP_ROWS + MAP_PAD) * MAP_LANES;
  ELEMENT zeros[MAP_LANES];
  for (int v = 0; v < MAP_LANES / HL; v++) keep_halves(zeros + v * HL, *(const hvec *)(rows + v * HL), sizeof(ELEMENT));
  for (uint64_t p = 0; p < pixels; p++) __builtin_memcpy(to + p * PN_LANES, zeros, PN_LANES * sizeof(ELEMENT));
}

/**
 * A row of a ring: `pixels` from one of the plane on, between `before` and `after` pixels of nothing; for a depthwise convolution as words
 * of what its taps see.
 */
static void OF(take_row)(const pn_state *state, const pn_source *s, uint32_t block, uint64_t pixel, ELEMENT *to, uint64_t before,
                         uint64_t pixels, uint64_t after) {
  ELEMENT *line = s->kind == PN_SOURCE_DEPTH ? (ELEMENT *)(state->arena + state->line_offset) : to;
  if (before > 0) OF(clear)(state, s, block, line, before);
  if (pixels > 0) OF(take)(state, s, block, pixel, 1, line + before * PN_LANES, pixels);
  if (after > 0) OF(clear)(state, s, block, line + (before + pixels) * PN_LANES, after);
  if (line == to) return;
  const uint64_t all = before + pixels + after, step = (uint64_t)s->dilation_x * PN_LANES;
  int32_t *words = (int32_t *)to;
  for (uint64_t p = 0; p < all; p++, line += PN_LANES) // what the last ones see beyond the row meets weights of zero
    if (step == PN_LANES) OF(words)(line, PN_LANES, words + p * PN_LANES);
    else OF(words)(line, step, words + p * PN_LANES);
}

static const int32_t *OF(tap_weights)(const pn_state *state, const pn_source *s, uint64_t first, uint64_t count) {
  (void)count;
  return (const int32_t *)state->source_tables[s - state->sources].loaded + first;
}

/** Output row `y`, columns from `x` on, of a block that a ring holds, finished in numbers of `element` bytes. */
static void OF(depthwise_finished)(const pn_state *state, const OF(ring) *r, uint32_t block, uint32_t y, uint32_t x,
                                   uint32_t pixels, void *out, uint32_t element, uint32_t post) {
  const pn_tables *t = &state->source_tables[r->source - state->sources];
  const int32_t *rows[PN_ROWS];
  int32_t *sums = (int32_t *)(state->arena + state->sums_offset);
  const OF(depthwise) d = OF(depthwise_of)(state, r, block, y, x, pixels, rows, sums);
  OF(depthwise_row)(&d);
  const finishing f = {loaded_at(state, t->finish) + (uint64_t)(r->first_block + block) * FINISH_ROWS * PN_LANES, 0, 0,
                       element != sizeof(float) && post == PN_ACTIVATION_PRELU};
  finish(sums, pixels, &f, out, element);
}

static void OF(depthwise_into)(const pn_state *state, const OF(ring) *r, uint32_t block, uint32_t y, uint32_t x,
                               uint32_t pixels, ELEMENT *out) {
  OF(depthwise_finished)(state, r, block, y, x, pixels, out, sizeof(ELEMENT), r->source->post_kind);
}

/** Multiplies all that is stacked, and finishes it. */
static void OF(multiply)(OF(node) *n) {
  const pn_state *state = n->state;
  const pn_step *p = n->step;
  const pn_tables *t = &state->step_tables[p - state->steps];
  const uint32_t pixels = n->rows * n->columns, element = state->planes[p->buffer].element;
  const uint64_t at = (uint64_t)n->y * n->shape->width + n->x;
  const uint64_t panel = (uint64_t)n->shape->lanes * PN_LANES * PN_LANES * sizeof(ELEMENT) / WORD; // words of a block of outputs
  const int32_t *weights = t->loaded;
  int32_t *sums = (int32_t *)(state->arena + state->sums_offset);
  const activation post = POST(state, p);
  for (uint32_t b = 0; b < p->blocks;) {
    uint32_t blocks = 1;
#if defined(LARGEST_PAIR)
    if (b + 1 < p->blocks) blocks = 2;
#endif
    const OF(dots) j = {n->segments, n->filled, 0, {weights + b * panel, weights + (b + 1) * panel},
                        {sums, sums + (uint64_t)pixels * PN_LANES}};
    OF(dot_pixels)(j, (int)blocks, pixels);
    for (uint32_t i = 0; i < blocks; i++, b++) {
      finishing f = {loaded_at(state, t->finish) + (uint64_t)b * FINISH_ROWS * PN_LANES, 0, 0,
                     element != sizeof(float) && post.kind == PN_ACTIVATION_PRELU};
      if (p->addend_buffer != PN_NONE) {
        f.addend_element = state->planes[p->addend_buffer].element;
        f.addend = pixel_at(plane_at(state, p->addend_buffer, p->addend_block + b), at, f.addend_element);
      }
      void *out = (void *)pixel_at(plane_at(state, p->buffer, p->block + b), at, element);
      finish(sums + (uint64_t)i * pixels * PN_LANES, pixels, &f, out, element);
      if (element == sizeof(float) && post.kind != PN_ACTIVATION_NONE) activate(out, PN_LANES, out, pixels, &post, b);
    }
  }
  n->filled = 0;
}

/** A row of a spatial step, activated. */
static void OF(depthwise_alone)(const pn_state *state, const OF(ring) *r, uint32_t y, uint32_t pixels, void *out,
                                uint32_t element, const activation *post, uint32_t block) {
  OF(depthwise_finished)(state, r, 0, y, 0, pixels, out, element, post->kind);
  if (element == sizeof(float)) activate(out, PN_LANES, out, pixels, post, block);
}

// Weights and tables of integer steps, when a plan is loaded.

static uint32_t tap_words(const pn_state *state, const pn_source *s) {
  const uint32_t taps = WORD / state->element;
  return (s->kernel_width + taps - 1) / taps;
}

/** Whether a source's integers are looked at one by one on their way in, or stand beside nothing. */
static int needs_map(const pn_state *state, const pn_source *s) { return s->kind == PN_SOURCE_PATCH || !is_direct(state, s); }

/** Gives a node's or a spatial step's weights and tables their place from float `next` of the arena on. */
static void place_integers(pn_state *state, uint32_t step, uint64_t *next) {
  const pn_step *p = &state->steps[step];
  if (p->kind != PN_STEP_NODE && p->kind != PN_STEP_SPATIAL) return;
  for (uint32_t i = 0; i < p->source_count; i++) {
    const pn_source *s = &state->sources[p->first_source + i];
    pn_tables *t = &state->source_tables[p->first_source + i];
    if (needs_map(state, s)) t->map = reserve_floats(next, (uint64_t)s->blocks * MAP_ROWS * MAP_LANES / 2);
    if (s->kind != PN_SOURCE_DEPTH) continue;
    t->weights = reserve_floats(next, (uint64_t)s->blocks * s->kernel_height * tap_words(state, s) * PN_LANES);
    t->finish = reserve_floats(next, (uint64_t)s->blocks * FINISH_ROWS * PN_LANES);
  }
  if (p->kind != PN_STEP_NODE) return;
  pn_tables *t = &state->step_tables[step];
  if (state->element == 2) t->weights = reserve_floats(next, (state->tensors[p->weight].count + 1) / 2);
  t->finish = reserve_floats(next, (uint64_t)p->blocks * FINISH_ROWS * PN_LANES);
}

/** Depthwise weights as words: [block][ky][word][16 lanes][taps of a word], filled up with zeros. */
static void load_depth(pn_state *state, const pn_step *p, const pn_source *s, pn_tables *t) {
  const int8_t *from = int8_of(state, s->weight);
  const float *scales = values_of(state, s->weight_scales);
  const uint32_t taps = s->kernel_height * s->kernel_width, words = tap_words(state, s), each = WORD / state->element;
  t->loaded = state->arena + t->weights;
  const int alone = p->kind == PN_STEP_SPATIAL;
  const float *into = alone ? levels_at(state, p->buffer, p->block) : values_of(state, s->post_levels);
  const activation post = alone ? POST(state, p) : POST(state, s);
  int8_t *bytes = (int8_t *)(state->arena + t->weights);
  int16_t *halves = (int16_t *)bytes;
  for (uint32_t b = 0; b < s->blocks; b++) {
    float real[PN_LANES], offset[PN_LANES];
    for (uint32_t lane = 0; lane < PN_LANES; lane++) {
      const level in = taken_level(state, s, (uint64_t)b * PN_LANES + lane);
      int32_t sum = 0;
      for (uint32_t ky = 0; ky < s->kernel_height; ky++)
        for (uint32_t kx = 0; kx < words * each; kx++) {
          const uint64_t tap = (uint64_t)b * taps + ky * s->kernel_width + kx;
          const int8_t weight = kx < s->kernel_width ? from[tap * PN_LANES + lane] : 0;
          const uint64_t at = ((((uint64_t)b * s->kernel_height + ky) * words + kx / each) * PN_LANES + lane) * each + kx % each;
          if (each == 4) bytes[at] = weight;
          else halves[at] = weight;
          sum += weight;
        }
      real[lane] = scales[b * PN_LANES + lane] * in.scale;
      offset[lane] = -in.zero * (float)sum;
    }
    fill_finish(state, state->arena + t->finish + (uint64_t)b * FINISH_ROWS * PN_LANES, real, offset,
                s->bias == PN_NONE ? 0 : values_of(state, s->bias) + (uint64_t)b * PN_LANES,
                into ? into + (uint64_t)b * 2 * PN_LANES : 0, 0, &post, b);
  }
}

static void load_map(pn_state *state, const pn_source *s, const pn_tables *t) {
  if (s->kind == PN_SOURCE_PATCH) {
    int16_t *rows = (int16_t *)(state->arena + t->map);
    for (uint32_t k = 0; k < s->blocks * PN_LANES; k++)
      rows[(k / PN_LANES * MAP_ROWS + MAP_PAD) * MAP_LANES + k % PN_LANES] =
          halfword(level_of_image(state, k % state->header->channels).zero);
    return;
  }
  const float *from = levels_at(state, s->buffer, s->block);
  for (uint32_t b = 0; b < s->blocks; b++)
    fill_map(state, (int16_t *)(state->arena + t->map) + (uint64_t)b * MAP_ROWS * MAP_LANES, from + (uint64_t)b * 2 * PN_LANES, s, b);
}

/** A node's weights as halfwords where those are multiplied, and what its inputs' zeros add to each output's sum, in the rows of its shifts. */
static void load_lanes(pn_state *state, const pn_step *p, const pn_tables *t, uint64_t lanes) {
  const int8_t *from = int8_of(state, p->weight);
  float *finish = state->arena + t->finish;
  int16_t *halves = (int16_t *)(state->arena + t->weights);
  uint64_t k = 0;
  for (uint32_t i = 0; i < p->source_count; i++) {
    const pn_source *s = &state->sources[p->first_source + i];
    for (uint64_t segment = 0; segment < lanes_of(s); segment++)
      for (uint32_t lane = 0; lane < PN_LANES; lane++, k++) {
        const float zero = stacked_level(state, s, segment, lane).zero;
        for (uint32_t o = 0; o < p->blocks * PN_LANES; o++) {
          const uint32_t block = o / PN_LANES, out = o % PN_LANES;
          const int8_t weight = from[weight_at(lanes, block, k, out)];
          if (state->element == 2) halves[((block * lanes * PN_LANES / 2 + k / 2) * PN_LANES + out) * 2 + k % 2] = weight;
          finish[((uint64_t)block * FINISH_ROWS + FINISH_SHIFT) * PN_LANES + out] -= zero * weight;
        }
      }
  }
}

static void load_node(pn_state *state, uint32_t step) {
  const pn_step *p = &state->steps[step];
  pn_tables *t = &state->step_tables[step];
  float *finish = state->arena + t->finish;
  t->loaded = state->element == 1 ? (const void *)int8_of(state, p->weight) : state->arena + t->weights;
  for (uint64_t i = 0; i < (uint64_t)p->blocks * FINISH_ROWS * PN_LANES; i++) finish[i] = 0;
  load_lanes(state, p, t, state->shapes[step].lanes);
  const activation post = POST(state, p);
  const float *into = levels_at(state, p->buffer, p->block);
  const float *addend = p->addend_buffer == PN_NONE ? 0 : levels_at(state, p->addend_buffer, p->addend_block);
  for (uint32_t b = 0; b < p->blocks; b++) {
    float real[PN_LANES], offset[PN_LANES], *rows = finish + (uint64_t)b * FINISH_ROWS * PN_LANES;
    for (uint32_t lane = 0; lane < PN_LANES; lane++) {
      real[lane] = values_of(state, p->weight_scales)[b * PN_LANES + lane] * levels_of(state->arithmetic).unit;
      offset[lane] = rows[FINISH_SHIFT * PN_LANES + lane];
    }
    fill_finish(state, rows, real, offset, p->bias == PN_NONE ? 0 : values_of(state, p->bias) + (uint64_t)b * PN_LANES,
                into ? into + (uint64_t)b * 2 * PN_LANES : 0, addend ? addend + (uint64_t)b * 2 * PN_LANES : 0, &post, b);
  }
}

static void load_integers_of(pn_state *state, uint32_t step) {
  const pn_step *p = &state->steps[step];
  if (p->kind != PN_STEP_NODE && p->kind != PN_STEP_SPATIAL) return;
  for (uint32_t i = 0; i < p->source_count; i++) {
    const pn_source *s = &state->sources[p->first_source + i];
    pn_tables *t = &state->source_tables[p->first_source + i];
    if (needs_map(state, s)) load_map(state, s, t);
    if (s->kind == PN_SOURCE_DEPTH) load_depth(state, p, s, t);
  }
  if (p->kind == PN_STEP_NODE) load_node(state, step);
}

// Floats made of weights of eight bits, for plans that compute in floats.

static int is_int8(const pn_state *state, uint32_t tensor) { return state->tensors[tensor].dtype == PN_DTYPE_INT8; }

static const int8_t *int8_of(const pn_state *state, uint32_t tensor) {
  return (const int8_t *)(state->plan + state->tensors[tensor].offset);
}

static uint64_t reserve_floats(uint64_t *next, uint64_t floats) {
  const uint64_t offset = *next;
  *next += floats_aligned(floats);
  return offset;
}

/** Gives the floats of a step's weights their place from float `next` of the arena on. */
static void place_floats(pn_state *state, uint32_t step, uint64_t *next) {
  const pn_step *p = &state->steps[step];
  for (uint32_t i = 0; i < p->source_count; i++) {
    const pn_source *s = &state->sources[p->first_source + i];
    if (s->kind == PN_SOURCE_DEPTH && is_int8(state, s->weight))
      state->source_tables[p->first_source + i].weights = reserve_floats(next, state->tensors[s->weight].count);
  }
  if (p->kind == PN_STEP_NODE && is_int8(state, p->weight))
    state->step_tables[step].weights = reserve_floats(next, state->tensors[p->weight].count);
}

/** Of a depthwise convolution: a channel's weights times its scale. */
static void load_depth_floats(pn_state *state, const pn_source *s, pn_tables *t) {
  const uint32_t taps = s->kernel_height * s->kernel_width;
  const int8_t *from = int8_of(state, s->weight);
  const float *scales = values_of(state, s->weight_scales);
  float *to = state->arena + t->weights;
  for (uint64_t i = 0; i < state->tensors[s->weight].count; i++)
    to[i] = from[i] * scales[i / PN_LANES / taps * PN_LANES + i % PN_LANES];
  t->loaded = to;
}

/** Of a node: an output's weights times its scale, each divided by the scale of the lane that it multiplies. */
static void load_node_floats(pn_state *state, uint32_t step) {
  const pn_step *p = &state->steps[step];
  const uint64_t lanes = state->shapes[step].lanes;
  const int8_t *from = int8_of(state, p->weight);
  const float *scales = values_of(state, p->weight_scales);
  float *to = state->arena + state->step_tables[step].weights;
  uint64_t k = 0;
  for (uint32_t i = 0; i < p->source_count; i++) {
    const pn_source *s = &state->sources[p->first_source + i];
    for (uint64_t segment = 0; segment < lanes_of(s); segment++)
      for (uint32_t lane = 0; lane < PN_LANES; lane++, k++) {
        const float scale = stacked_level(state, s, segment, lane).scale;
        for (uint32_t o = 0; o < p->blocks * PN_LANES; o++) {
          const uint32_t block = o / PN_LANES, out = o % PN_LANES;
          to[(block * lanes * PN_LANES + k) * PN_LANES + out] = from[weight_at(lanes, block, k, out)] * scales[o] / scale;
        }
      }
  }
  state->step_tables[step].loaded = to;
}

static void load_floats(pn_state *state, uint32_t step) {
  const pn_step *p = &state->steps[step];
  for (uint32_t i = 0; i < p->source_count; i++) {
    const pn_source *s = &state->sources[p->first_source + i];
    if (s->kind == PN_SOURCE_DEPTH && is_int8(state, s->weight))
      load_depth_floats(state, s, &state->source_tables[p->first_source + i]);
  }
  if (p->kind == PN_STEP_NODE && is_int8(state, p->weight)) load_node_floats(state, step);
}

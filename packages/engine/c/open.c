// A plan becomes a state: checked, shaped, its memory laid out.

static void *take(uint8_t **from, uint64_t bytes) {
  void *taken = *from;
  *from += aligned(bytes);
  return taken;
}

static void lay_out(pn_state *state, const uint8_t *plan) {
  const pn_header *h = (const pn_header *)plan;
  uint8_t *rest = (uint8_t *)state + aligned(sizeof(pn_state));
  state->plan = plan;
  state->header = h;
  state->tensors = (const pn_tensor *)(plan + h->tensors_offset);
  state->buffers = (const pn_buffer *)(plan + h->buffers_offset);
  state->sources = (const pn_source *)(plan + h->sources_offset);
  state->steps = (const pn_step *)(plan + h->steps_offset);
  state->values = take(&rest, h->tensor_count * sizeof(float *));
  state->planes = take(&rest, h->buffer_count * sizeof(pn_planes));
  state->shapes = take(&rest, h->step_count * sizeof(pn_shape));
  state->step_tables = take(&rest, h->step_count * sizeof(pn_tables));
  state->source_tables = take(&rest, h->source_count * sizeof(pn_tables));
  state->results = take(&rest, count_outputs(h, state->steps) * sizeof(pn_result));
  state->order = take(&rest, 2 * aligned(h->buffer_count * sizeof(uint32_t)));
  state->marks = rest;
}

/** Bytes of the integers that nodes multiply: halfwords where bytes have no product of their own, or one with too few bits. */
static uint32_t tile_element(uint32_t arithmetic) {
  if (arithmetic == PN_ARITHMETIC_FLOAT) return sizeof(float);
#if !defined(PN_WITHOUT_INTEGERS) && defined(DOT_BYTES)
  if (arithmetic != PN_ARITHMETIC_INT16 && levels_of(arithmetic).high <= DOT_BYTES) return 1;
#endif
  return 2;
}

/** The arithmetics that this build computes in, one bit each. */
PN_API uint32_t pn_arithmetics(void) {
  uint32_t bits = 0;
#if !defined(PN_WITHOUT_FLOATS)
  bits |= 1u << PN_ARITHMETIC_FLOAT;
#endif
#if !defined(PN_WITHOUT_INTEGERS)
  for (uint32_t arithmetic = PN_ARITHMETIC_INT16; arithmetic <= PN_ARITHMETIC_INT7; arithmetic++)
#if defined(PN_WITHOUT_HALVES)
    if (tile_element(arithmetic) == 1)
#endif
      bits |= 1u << arithmetic;
#endif
  return bits;
}

/**
 * Opens a plan, whose header `pn_state_bytes` has accepted, for images of a height and width; 0 for the plan's own.
 *
 * @returns 0 where it is refused
 */
PN_API int pn_open(pn_state *state, const uint8_t *plan, uint64_t size, uint32_t height, uint32_t width,
                   uint32_t arithmetic, pn_limits limits, pn_refusal *refusal) {
  const uint64_t bytes = state_bytes(plan, refusal);
  if (bytes == 0) return 0;
  for (uint64_t i = 0; i < bytes; i++) ((uint8_t *)state)[i] = 0;
  lay_out(state, plan);
  const pn_header *h = state->header;
  if (!check_tensors(h, state->tensors, size, refusal)) return 0;
  if (arithmetic > 31 || !(pn_arithmetics() >> arithmetic & 1)) return refuse(refusal, PN_REFUSED_FORM, PN_IN_HEADER, 0);
  state->arithmetic = arithmetic;
  state->element = tile_element(arithmetic);
  state->height = height ? height : h->height;
  state->width = width ? width : h->width;
  if (state->height < 1 || state->height > PN_MOST_SIDE || state->width < 1 || state->width > PN_MOST_SIDE ||
      (h->height ? state->height != h->height : state->height % h->multiple) ||
      (h->width ? state->width != h->width : state->width % h->multiple))
    return refuse(refusal, PN_REFUSED_SIDE, PN_IN_HEADER, 0);

  uint32_t blocks = 0;
  for (uint32_t b = 0; b < h->buffer_count; b++) {
    state->planes[b].written = blocks;
    if (!may_have_values(state, state->buffers[b].levels, 2ull * state->buffers[b].blocks * PN_LANES))
      return refuse(refusal, PN_REFUSED_WEIGHTS, PN_IN_BUFFER, b);
    state->planes[b].element = sizeof(float);
#if !defined(PN_WITHOUT_INTEGERS)
    if (is_integer(state) && state->buffers[b].levels != PN_NONE) state->planes[b].element = levels_of(arithmetic).element;
#endif
    blocks += state->buffers[b].blocks;
  }
  checking c = {state, refusal, 0};
  for (; c.step < h->step_count; c.step++) {
    if (!check_step(&c, &state->steps[c.step])) return 0;
    if (state->work > limits.work) return refuse(refusal, PN_REFUSED_WORK, PN_IN_STEP, c.step);
  }
  if (state->output_count == 0) return refuse(refusal, PN_REFUSED_OUTPUTS, PN_IN_HEADER, 0);
  plan_memory(state);
  if (state->arena_bytes > limits.bytes) return refuse(refusal, PN_REFUSED_MEMORY, PN_IN_HEADER, 0);
  return 1;
}

/** Gives an opened state its arena of `arena_bytes`, and loads the weights there that do not serve as they lie in the file. */
PN_API void pn_load(pn_state *state, float *arena) {
  const pn_header *h = state->header;
  float *weights = arena + state->weights_offset;
  state->arena = arena;
  for (uint32_t t = 0; t < h->tensor_count; t++) {
    const pn_tensor *tensor = &state->tensors[t];
    const uint8_t *from = state->plan + tensor->offset;
    state->values[t] = (const float *)from;
    if (!is_expanded(tensor)) continue;
    for (uint32_t i = 0; i < tensor->count; i++) weights[i] = from_half(((const uint16_t *)from)[i]);
    state->values[t] = weights;
    weights += floats_aligned(tensor->count);
  }
  if (state->arithmetic == PN_ARITHMETIC_FLOAT)
    for (uint32_t step = 0; step < h->step_count; step++) load_floats(state, step);
#if !defined(PN_WITHOUT_INTEGERS)
  if (is_integer(state))
    for (uint32_t step = 0; step < h->step_count; step++) load_integers_of(state, step);
#endif
}

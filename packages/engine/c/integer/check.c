// Whether all that computing in integers needs is there, of steps that are sound otherwise. Steps that have no integer form compute in
// floats, row by row, whatever their buffers hold.

/** Sums of 32 bits hold so many products. */
static const uint64_t MOST_INTEGER_LANES = 512;

static int is_linear(uint32_t kind) { // in pieces
  return kind <= PN_ACTIVATION_AFFINE && kind != PN_ACTIVATION_SIGMOID;
}

static int has_levels(const pn_state *state, uint32_t buffer) { return state->buffers[buffer].levels != PN_NONE; }

static int source_in_integers(const pn_state *state, const pn_source *s) {
  if (s->kind == PN_SOURCE_PATCH) {
    const pn_header *h = state->header;
    return h->scale0 > 0 && h->scale1 > 0 && h->scale2 > 0 && h->channels <= 3;
  }
  if (!has_levels(state, s->buffer)) return 0;
  if (!is_linear(s->pre_kind) || (s->pre_kind == PN_ACTIVATION_AFFINE && s->pre_levels == PN_NONE)) return 0;
  if (s->kind != PN_SOURCE_DEPTH) return 1;
  return state->tensors[s->weight].dtype == PN_DTYPE_INT8 && is_linear(s->post_kind) &&
         (uint64_t)s->kernel_height * s->kernel_width <= MOST_INTEGER_LANES * PN_LANES;
}

static int step_in_integers(const pn_state *state, const pn_step *p, uint64_t lanes) {
  if (p->kind != PN_STEP_NODE && p->kind != PN_STEP_SPATIAL) return 1;
  for (uint32_t i = 0; i < p->source_count; i++) {
    const pn_source *s = &state->sources[p->first_source + i];
    if (!source_in_integers(state, s)) return 0;
    if (s->kind == PN_SOURCE_DEPTH && (p->kind == PN_STEP_NODE) == (s->post_levels == PN_NONE)) return 0;
    if (p->kind == PN_STEP_SPATIAL && s->post_kind != PN_ACTIVATION_NONE) return 0;
  }
  if (has_levels(state, p->buffer) && !is_linear(p->post_kind)) return 0;
  if (p->kind == PN_STEP_SPATIAL) return 1;
  if (p->addend_buffer != PN_NONE && !(has_levels(state, p->addend_buffer) && has_levels(state, p->buffer))) return 0;
  return lanes <= MOST_INTEGER_LANES && state->tensors[p->weight].dtype == PN_DTYPE_INT8;
}

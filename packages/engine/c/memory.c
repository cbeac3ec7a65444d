// Where everything lies in the arena: outputs for good; the image and the buffers, of which those that never live at once share memory, the
// image placed first, then the largest, each as low as it can lie; scratch, which steps share; and last what loading makes of weights, for
// good.

/** Halves that are made floats once and for all: those of all tensors; on boards none, see weights.c. */
static int is_expanded(const pn_tensor *tensor) {
#if defined(PN_BOARD)
  (void)tensor;
  return 0;
#else
  return tensor->dtype == PN_DTYPE_FLOAT16;
#endif
}

static int alive_together(const pn_planes *a, const pn_planes *b) { return a->first <= b->last && b->first <= a->last; }

/** The last step that takes the image, or runs side by side with one that does. */
static uint32_t last_of_image(const pn_state *state) {
  uint32_t last = 0;
  for (uint32_t i = 0; i < state->header->step_count; i += state->shapes[i].together) {
    const uint32_t end = i + state->shapes[i].together;
    for (uint32_t j = i; j < end; j++) {
      const pn_step *p = &state->steps[j];
      int takes = p->kind == PN_STEP_IMAGE;
      for (uint32_t s = 0; s < p->source_count; s++) takes |= state->sources[p->first_source + s].kind == PN_SOURCE_PATCH;
      if (takes) last = end - 1;
    }
  }
  return last;
}

static uint64_t image_floats(const pn_state *state) {
  return floats_aligned((uint64_t)state->header->channels * state->height * state->width * state->element / sizeof(float) + 1);
}

/** @returns the floats that the image and the buffers take together */
static uint64_t place_buffers(pn_state *state) {
  const uint64_t image = image_floats(state);
  const uint32_t image_last = last_of_image(state);
  const uint32_t count = state->header->buffer_count;
  uint32_t *largest = state->order, *placed = state->order + aligned(count * sizeof(uint32_t)) / sizeof(uint32_t);
#define FLOATS(b) (plane_floats(&state->planes[b]) * state->buffers[b].blocks)
  uint32_t used = 0;
  for (uint32_t b = 0; b < count; b++) {
    if (state->planes[b].height == 0) continue; // written by nobody
    uint32_t at = used++;
    for (; at > 0 && FLOATS(largest[at - 1]) < FLOATS(b); at--) largest[at] = largest[at - 1];
    largest[at] = b;
  }
  uint64_t total = image;
  for (uint32_t i = 0; i < used; i++) { // `placed` is kept in the order of offsets
    pn_planes *own = &state->planes[largest[i]];
    const uint64_t floats = FLOATS(largest[i]);
    uint64_t offset = own->first <= image_last ? image : 0;
    for (uint32_t j = 0; j < i; j++) {
      const pn_planes *other = &state->planes[placed[j]];
      if (!alive_together(own, other)) continue;
      if (offset + floats <= other->offset) break;
      const uint64_t end = other->offset + FLOATS(placed[j]);
      if (end > offset) offset = end;
    }
    own->offset = offset;
    uint32_t at = i;
    for (; at > 0 && state->planes[placed[at - 1]].offset > offset; at--) placed[at] = placed[at - 1];
    placed[at] = largest[i];
    if (offset + floats > total) total = offset + floats;
  }
#undef FLOATS
  return total;
}

/**
 * Gives each step its scratch, behind the image and the buffers: of boards, which have little memory, behind those that live while it
 * runs; elsewhere behind all, so that it stays in the cache. @returns the floats that all take together
 */
static uint64_t place_scratch(pn_state *state, uint64_t buffers) {
  uint64_t total = buffers;
#if defined(PN_BOARD)
  const uint32_t image_last = last_of_image(state);
#endif
  for (uint32_t i = 0; i < state->header->step_count; i += state->shapes[i].together) {
    const uint32_t last = i + state->shapes[i].together - 1;
    uint64_t start = buffers;
#if defined(PN_BOARD)
    start = i <= image_last ? image_floats(state) : 0;
    for (uint32_t b = 0; b < state->header->buffer_count; b++) {
      const pn_planes *planes = &state->planes[b];
      if (planes->height > 0 && planes->first <= last && i <= planes->last)
        start = larger_of(start, planes->offset + plane_floats(planes) * state->buffers[b].blocks);
    }
#endif
    total = larger_of(total, start + state->shapes[i].scratch);
    for (uint32_t j = i; j <= last; j++) state->shapes[j].scratch = start;
  }
  return total;
}

static void plan_memory(pn_state *state) {
  const pn_header *h = state->header;
  uint64_t floats = 0;
  for (uint32_t i = 0; i < state->output_count; i++) {
    pn_result *result = &state->results[i];
    result->offset = floats;
    floats += floats_aligned((uint64_t)result->channels * result->height * result->width);
  }
  plan_scratch(state);
  const uint64_t taken = place_scratch(state, place_buffers(state));
  state->image_offset = floats;
  for (uint32_t b = 0; b < h->buffer_count; b++) state->planes[b].offset += floats;
  for (uint32_t i = 0; i < h->step_count; i++) state->shapes[i].scratch += floats;
  state->weights_offset = floats += taken;
  for (uint32_t t = 0; t < h->tensor_count; t++)
    if (is_expanded(&state->tensors[t])) floats += floats_aligned(state->tensors[t].count);
  if (state->arithmetic == PN_ARITHMETIC_FLOAT)
    for (uint32_t step = 0; step < h->step_count; step++) place_floats(state, step, &floats);
#if !defined(PN_WITHOUT_INTEGERS)
  if (is_integer(state))
    for (uint32_t step = 0; step < h->step_count; step++) place_integers(state, step, &floats);
#endif
  state->arena_bytes = floats * sizeof(float);
}

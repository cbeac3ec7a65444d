// What steps take beside their buffers while they run: tiles and rings, which steps run side by side, and how it is laid out.

enum { POINTER = 8 }; // bytes, at most: a plan may be laid out on one machine for another

static uint32_t larger(uint32_t a, uint32_t b) { return a > b ? a : b; }
static uint64_t larger_of(uint64_t a, uint64_t b) { return a > b ? a : b; }

static int all_direct(const pn_state *state, const pn_step *p) {
  for (uint32_t i = 0; i < p->source_count; i++)
    if (!is_direct(state, &state->sources[p->first_source + i])) return 0;
  return 1;
}

/** A node's tile: whole rows, or a part of one, of about TILE_PIXELS pixels. */
static void plan_tile(const pn_state *state, const pn_step *p, pn_shape *shape) {
  if (all_direct(state, p)) { // one long row
    shape->width *= shape->height;
    shape->height = 1;
    shape->columns = smaller(shape->width, TILE_PIXELS);
    shape->rows = 1;
  } else if (shape->width <= TILE_PIXELS) {
    shape->columns = shape->width;
    shape->rows = smaller(shape->height, TILE_PIXELS / shape->width);
  } else {
    const uint32_t parts = (shape->width + TILE_PIXELS - 1) / TILE_PIXELS;
    shape->columns = (shape->width + parts - 1) / parts;
    shape->rows = 1;
  }
}

/** Bytes of a node's rings. */
static uint64_t rings_bytes(const pn_state *state, const pn_step *p, const pn_shape *shape) {
  uint64_t bytes = 0;
  for (uint32_t i = 0; i < p->source_count; i++) {
    const pn_source *s = &state->sources[p->first_source + i];
    if (needs_ring(s)) bytes += ring_bytes_of(state, s, ring_blocks(s, shape), shape->rows, shape->width);
  }
  return bytes;
}

/** Numbers of a step's longest line of pixels that become words; the last ones look beyond it. */
static uint64_t line_numbers(const pn_state *state, const pn_step *p, const pn_shape *shape) {
  uint64_t most = 0;
  for (uint32_t i = 0; i < p->source_count; i++) {
    const pn_source *s = &state->sources[p->first_source + i];
    if (s->kind == PN_SOURCE_DEPTH) most = larger_of(most, (ring_row_pixels(s, shape->width) + 4 * s->dilation_x) * PN_LANES);
  }
  return most;
}

/** Blocks of a node's tile that are not taken as they lie. */
static uint64_t filled_blocks(const pn_state *state, const pn_step *p) {
  uint64_t blocks = 0;
  for (uint32_t i = 0; i < p->source_count; i++) {
    const pn_source *s = &state->sources[p->first_source + i];
    if (!is_direct(state, s)) blocks += lanes_of(s);
  }
  return blocks;
}

static int takes_from(const pn_state *state, const pn_step *p, const pn_step *maker) {
  for (uint32_t i = 0; i < p->source_count; i++) {
    const pn_source *s = &state->sources[p->first_source + i];
    if (s->kind != PN_SOURCE_PATCH && s->buffer == maker->buffer) return 1;
  }
  return p->addend_buffer == maker->buffer;
}

/** Maps of one row may be as wide and yet be cut differently. */
static int one_tiling(const pn_shape *a, const pn_shape *b) {
  return a->height == b->height && a->width == b->width && a->rows == b->rows && a->columns == b->columns;
}

/** How many steps from `first` on can run side by side: nodes of one tiling that take nothing of each other. */
static uint32_t side_by_side(const pn_state *state, uint32_t first) {
  const pn_step *steps = state->steps;
  const pn_shape *shapes = state->shapes;
  uint32_t sources = steps[first].source_count, end = first + 1;
  for (; end < state->header->step_count && end - first < MOST_TOGETHER; end++) {
    const pn_step *p = &steps[end];
    if (p->kind != PN_STEP_NODE || !one_tiling(&shapes[end], &shapes[first]) ||
        (sources += p->source_count) > PN_MOST_STEP_SOURCES)
      break;
    int alone = 1;
    for (uint32_t i = first; i < end; i++) alone &= !takes_from(state, p, &steps[i]);
    if (!alone) break;
  }
  return end - first;
}

/** What steps that run side by side take lives until the last of them has ended. */
static void live_together(pn_state *state, uint32_t first, uint32_t end) {
  for (uint32_t i = first; i < end; i++) {
    const pn_step *p = &state->steps[i];
    for (uint32_t s = 0; s < p->source_count; s++) {
      const pn_source *source = &state->sources[p->first_source + s];
      if (source->kind != PN_SOURCE_PATCH) state->planes[source->buffer].last = larger(state->planes[source->buffer].last, end - 1);
    }
    if (p->addend_buffer != PN_NONE)
      state->planes[p->addend_buffer].last = larger(state->planes[p->addend_buffer].last, end - 1);
  }
}

#if defined(PN_BOARD)
/** Most halves that are made floats at a time: of a product's chunk, or of a window's block. */
static uint64_t most_halves(const pn_state *state) {
  uint64_t most = 0;
  for (uint32_t t = 0; t < state->header->tensor_count; t++)
    if (state->tensors[t].dtype == PN_DTYPE_FLOAT16) most = (uint64_t)CHUNK * PN_LANES * PN_LANES;
  for (uint32_t s = 0; most > 0 && s < state->header->source_count; s++) {
    const pn_source *source = &state->sources[s];
    const uint64_t taps = (uint64_t)source->kernel_height * source->kernel_width * PN_LANES;
    if (source->kind == PN_SOURCE_DEPTH && taps > most) most = floats_aligned(taps);
  }
  return most;
}
#endif

/** Floats that a step of rows takes beside what its buffers hold. */
static uint64_t row_floats(const pn_state *state, const pn_step *p, const pn_shape *shape) {
  const pn_source *s = &state->sources[p->first_source];
  const uint64_t made = (uint64_t)shape->width * PN_LANES;
  switch (p->kind) {
    case PN_STEP_POOL: return made + (uint64_t)s->kernel_height * shape->input_width * PN_LANES;
    case PN_STEP_RESIZE: return made + (uint64_t)shape->input_width * PN_LANES;
    case PN_STEP_COMBINE: return 2 * made;
    default: return made;
  }
}

/** What nodes and steps of rows need, the largest of each: tile and line in numbers, rings in bytes (and of each step), sums and rows in floats. */
typedef struct {
  uint64_t tile, line, rings, sums, segments, rows;
} needs;

static void need(uint64_t *most, uint64_t own) {
  if (own > *most) *most = own;
}

static needs step_needs(pn_state *state) {
  const uint32_t count = state->header->step_count;
  needs n = {0, 0, 0, 0, 0, 0};
  for (uint32_t i = 0; i < count; i++)
    if (state->steps[i].kind == PN_STEP_NODE) plan_tile(state, &state->steps[i], &state->shapes[i]);
  for (uint32_t i = 0; i < count; i++) {
    const pn_step *p = &state->steps[i];
    pn_shape *shape = &state->shapes[i];
    shape->together = 1;
    if (p->kind == PN_STEP_NODE) {
      uint64_t rings = 0;
      shape->together = side_by_side(state, i);
      live_together(state, i, i + shape->together);
      for (uint32_t j = i; j < i + shape->together; j++) {
        const pn_shape *own = &state->shapes[j];
        const uint64_t pixels = (uint64_t)own->rows * own->columns;
        rings += rings_bytes(state, &state->steps[j], own);
        need(&n.line, line_numbers(state, &state->steps[j], own));
        need(&n.tile, filled_blocks(state, &state->steps[j]) * pixels * PN_LANES);
        need(&n.sums, 2 * pixels * PN_LANES);
        need(&n.segments, own->lanes);
      }
      shape->scratch = rings;
      need(&n.rings, rings);
      i += shape->together - 1;
    } else if (p->kind == PN_STEP_SPATIAL) {
      const pn_source *s = &state->sources[p->first_source];
      shape->scratch = ring_bytes_of(state, s, 1, 1, shape->width);
      need(&n.rings, shape->scratch);
      need(&n.line, line_numbers(state, p, shape));
      need(&n.sums, (uint64_t)shape->width * PN_LANES);
    } else
      need(&n.rows, row_floats(state, p, shape));
  }
  return n;
}

/** How scratch is laid out: either rows, or halves as floats, a tile, its segments, sums and rings. Of each step, `scratch` becomes its floats. */
static void plan_scratch(pn_state *state) {
  needs n = step_needs(state);
  const uint32_t element = state->element;
  if (element == sizeof(float)) {
    n.tile = (uint64_t)CHUNK * TILE_PIXELS * PN_LANES;
    n.segments = n.sums = n.line = 0;
  }
#if defined(PN_BOARD)
  state->scratch_offset = most_halves(state);
#endif
  state->segments_offset = state->scratch_offset + floats_aligned(n.tile * element / sizeof(float) + 1);
  state->sums_offset = state->segments_offset + floats_aligned(n.segments * POINTER / sizeof(float));
  state->line_offset = state->sums_offset + floats_aligned(n.sums);
  state->rings_offset = state->line_offset + floats_aligned(n.line * element / sizeof(float) + 1);
  for (uint32_t i = 0; i < state->header->step_count; i++) {
    const uint32_t kind = state->steps[i].kind;
    const int nodes = kind == PN_STEP_NODE || kind == PN_STEP_SPATIAL;
    const uint64_t rings = nodes ? state->rings_offset + floats_aligned(state->shapes[i].scratch / sizeof(float) + 1) : 0;
    state->shapes[i].scratch = larger_of(rings, state->scratch_offset + floats_aligned(n.rows));
  }
}

// A node of the network: every source fills its blocks of a tile of pixels (as it is, depthwise, by taps), and one product over all
// that is stacked there makes the outputs. Tiles are whole rows, or a part of one; a tile with more blocks than the chunk is
// multiplied chunk by chunk.

typedef struct {
  const pn_state *state;
  const pn_step *step;
  const pn_shape *shape;
  ELEMENT *tile; // [block of the chunk][pixel][16]
  const ELEMENT **segments;
  uint32_t filled, done; // blocks in the chunk, and before it
  uint32_t y, x, rows, columns;
} OF(node);

static void OF(take)(const pn_state *, const pn_source *, uint32_t, uint64_t, uint32_t, ELEMENT *, uint64_t);
static void OF(clear)(const pn_state *, const pn_source *, uint32_t, ELEMENT *, uint64_t);
static void OF(multiply)(OF(node) *n);
static void OF(depthwise_into)(const pn_state *, const OF(ring) *, uint32_t, uint32_t, uint32_t, uint32_t, ELEMENT *);

/** Where the next block of the tile goes. */
static ELEMENT *OF(next_block)(OF(node) *n) { return n->tile + (uint64_t)n->filled * n->rows * n->columns * PN_LANES; }

static void OF(stack)(OF(node) *n, const ELEMENT *segment) {
  n->segments[n->filled++] = segment;
  if (n->filled == MOST_SEGMENTS) OF(multiply)(n);
}

static void OF(stack_points)(OF(node) *n, const pn_source *s) {
  const pn_planes *planes = &n->state->planes[s->buffer];
  for (uint32_t b = 0; b < s->blocks; b++) {
    if (is_direct(n->state, s)) {
      const ELEMENT *plane = plane_at(n->state, s->buffer, s->block + b);
      OF(stack)(n, plane + ((uint64_t)n->y * n->shape->width + n->x) * PN_LANES);
      continue;
    }
    ELEMENT *to = OF(next_block)(n);
    for (uint32_t row = 0; row < n->rows; row++, to += n->columns * PN_LANES) {
      const uint64_t y = (uint64_t)((int64_t)(n->y + row) * s->stride_y - s->top);
      const uint64_t x = (uint64_t)((int64_t)n->x * s->stride_x - s->left);
      OF(take)(n->state, s, b, y * planes->width + x, s->stride_x, to, n->columns);
    }
    OF(stack)(n, OF(next_block)(n));
  }
}

/** Rows of what is padded that a tile's windows see the last of, and one. */
static uint32_t OF(rows_end)(const OF(node) *n, const pn_source *s) {
  return (n->y + n->rows - 1) * s->stride_y + (s->kernel_height - 1) * s->dilation_y + 1;
}

static void OF(stack_depthwise)(OF(node) *n, OF(ring) *r) {
  const uint32_t end = OF(rows_end)(n, r->source);
  for (uint32_t b = 0; b < r->source->blocks; b++) {
    OF(fill_ring)(r, b, end);
    ELEMENT *to = OF(next_block)(n);
    for (uint32_t row = 0; row < n->rows; row++, to += n->columns * PN_LANES)
      OF(depthwise_into)(n->state, r, b, n->y + row, n->x, n->columns, to);
    OF(stack)(n, OF(next_block)(n));
  }
  r->seen = end;
}

/** Pixels `step` apart, as they are. */
static void OF(copy)(const ELEMENT *from, uint32_t step, ELEMENT *to, uint32_t pixels) {
  for (uint32_t p = 0; p < pixels; p++, from += (uint64_t)step * PN_LANES, to += PN_LANES)
    __builtin_memcpy(to, from, PN_LANES * sizeof(ELEMENT));
}

static void OF(stack_taps)(OF(node) *n, OF(ring) *r) {
  const pn_source *s = r->source;
  const uint32_t end = OF(rows_end)(n, s);
  for (uint32_t b = 0; b < s->blocks; b++) {
    OF(fill_ring)(r, b, end);
    for (uint32_t ky = 0; ky < s->kernel_height; ky++)
      for (uint32_t kx = 0; kx < s->kernel_width; kx++) {
        ELEMENT *to = OF(next_block)(n);
        for (uint32_t row = 0; row < n->rows; row++, to += n->columns * PN_LANES) {
          const ELEMENT *from = OF(ring_row)(r, b, (n->y + row) * s->stride_y + ky * s->dilation_y);
          const uint64_t x = (uint64_t)n->x * s->stride_x + kx * s->dilation_x;
          OF(copy)(from + x * PN_LANES, s->stride_x, to, n->columns);
        }
        OF(stack)(n, OF(next_block)(n));
      }
  }
  r->seen = end;
}

static void OF(stack_patches)(OF(node) *n, const pn_source *s) {
  for (uint32_t b = 0; b < s->blocks; b++) {
    ELEMENT *to = OF(next_block)(n);
    OF(clear)(n->state, s, b, to, (uint64_t)n->rows * n->columns);
    for (uint32_t row = 0; row < n->rows; row++)
      OF(fill_patches)(n->state, s, b, n->y + row, n->x, n->columns, to + (uint64_t)row * n->columns * PN_LANES);
    OF(stack)(n, to);
  }
}

static void OF(stack_source)(OF(node) *n, const pn_source *s, OF(ring) *r) {
  switch (s->kind) {
    case PN_SOURCE_POINT: OF(stack_points)(n, s); break;
    case PN_SOURCE_PATCH: OF(stack_patches)(n, s); break;
    case PN_SOURCE_DEPTH: OF(stack_depthwise)(n, r); break;
    default: OF(stack_taps)(n, r);
  }
}

/** Steps that run side by side: a tile of each, then the next one, so that what several of them take is still near. */
static void OF(run_nodes)(const pn_state *state, uint32_t first, uint32_t count) {
  const pn_shape *shape = &state->shapes[first];
  ELEMENT *tile = (ELEMENT *)(state->arena + state->scratch_offset);
  uint8_t *rows = (uint8_t *)(state->arena + state->rings_offset);
  SEGMENTS(state);
  OF(ring) rings[PN_RINGS]; // of all of them, one after the other
  uint32_t ring_count = 0;
  for (uint32_t i = first; i < first + count; i++) {
    const pn_step *p = &state->steps[i];
    for (uint32_t s = 0; s < p->source_count; s++) {
      const pn_source *source = &state->sources[p->first_source + s];
      if (!needs_ring(source)) continue;
      const uint32_t blocks = ring_blocks(source, shape);
      rings[ring_count++] = OF(open_ring)(state, source, blocks, shape->rows, shape->width, (ELEMENT *)rows);
      rows += ring_bytes_of(state, source, blocks, shape->rows, shape->width);
    }
  }
  for (uint32_t y = 0; y < shape->height; y += shape->rows)
    for (uint32_t x = 0; x < shape->width; x += shape->columns) {
      OF(ring) *next = rings;
      for (uint32_t i = first; i < first + count; i++) {
        const pn_step *p = &state->steps[i];
        OF(node) n = {state, p, &state->shapes[i], tile, segments, 0, 0, y, x, smaller(shape->rows, shape->height - y),
                      smaller(shape->columns, shape->width - x)};
        for (uint32_t s = 0; s < p->source_count; s++) {
          const pn_source *source = &state->sources[p->first_source + s];
          OF(stack_source)(&n, source, next);
          next += needs_ring(source);
        }
        if (n.filled > 0) OF(multiply)(&n);
      }
    }
}

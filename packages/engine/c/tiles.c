// What a node's tile and rings take: the memory plan asks, and the run.

// Of nodes: pixels in one tile, blocks of 16 lanes in it at a time, and steps that run side by side. Boards have little memory.
#if defined(PN_BOARD)
enum { TILE_PIXELS = 56, CHUNK = 8, MOST_TOGETHER = 1 };
#else
enum { TILE_PIXELS = 56, CHUNK = 24, MOST_TOGETHER = 8 };
#endif

static uint32_t smaller(uint32_t a, uint32_t b) { return a < b ? a : b; }

static int64_t within(int64_t value, int64_t low, int64_t high) { return value < low ? low : value > high ? high : value; }
static uint64_t aligned(uint64_t bytes) { return (bytes + PN_ALIGNMENT - 1) / PN_ALIGNMENT * PN_ALIGNMENT; }
static uint64_t floats_aligned(uint64_t floats) { return (floats + 15) / 16 * 16; }

/** Bytes of a buffer's numbers. */
static uint32_t element_of(const pn_state *state, uint32_t buffer) {
#if defined(PN_WITHOUT_INTEGERS)
  return (void)state, (void)buffer, (uint32_t)sizeof(float);
#else
  return state->planes[buffer].element;
#endif
}

/** Of one block. */
static uint64_t plane_floats(const pn_planes *planes) {
  return floats_aligned((uint64_t)planes->height * planes->width * PN_LANES * planes->element / sizeof(float));
}

/** Rows that a ring holds, and pixels of one row: what a tile's windows see. */
static uint32_t ring_rows(const pn_source *s, uint32_t tile_rows) {
  return (tile_rows - 1) * s->stride_y + (s->kernel_height - 1) * s->dilation_y + 1;
}
static uint64_t ring_row_pixels(const pn_source *s, uint32_t width) {
  return (uint64_t)(width - 1) * s->stride_x + (uint64_t)(s->kernel_width - 1) * s->dilation_x + 1;
}

/** Bytes of a ring's numbers: what a depthwise convolution sees are words, whose last one starts at the row's last pixel. */
static uint32_t ring_number(const pn_source *s, uint32_t element) { return s->kind == PN_SOURCE_DEPTH ? 4 : element; }

/** Blocks that a ring keeps: all of a source, unless one tile is all there is; then each takes the place of the one before. */
static uint32_t ring_blocks(const pn_source *s, const pn_shape *shape) {
  return shape->rows >= shape->height && shape->columns >= shape->width ? 1 : s->blocks;
}

/** Bytes of the ring of some of a source's blocks. */
static uint64_t ring_bytes_of(const pn_state *state, const pn_source *s, uint32_t blocks, uint32_t rows, uint32_t width) {
  return aligned((uint64_t)blocks * ring_rows(s, rows) * ring_row_pixels(s, width) * PN_LANES * ring_number(s, state->element));
}

static int needs_ring(const pn_source *s) { return s->kind == PN_SOURCE_DEPTH || s->kind == PN_SOURCE_DENSE; }

/** A source whose planes serve as they lie. */
static int is_direct(const pn_state *state, const pn_source *s) {
  return s->kind == PN_SOURCE_POINT && s->pre_kind == PN_ACTIVATION_NONE && s->stride_y == 1 && s->stride_x == 1 &&
         (s->top | s->left | s->bottom | s->right) == 0 && element_of(state, s->buffer) == state->element;
}

// What a node's tile and rings take: the memory plan asks, and the run.

// Of nodes: pixels in one tile, blocks of 16 lanes in it at a time, and steps that run side by side. Boards have little memory.
#if defined(PN_BOARD)
enum { TILE_PIXELS = 56, CHUNK = 8, MOST_TOGETHER = 1 };
#else
enum { TILE_PIXELS = 56, CHUNK = 24, MOST_TOGETHER = 8 };
#endif

static uint32_t smaller(uint32_t a, uint32_t b) { return a < b ? a : b; }

static uint64_t plane_floats(const pn_planes *planes) { return (uint64_t)planes->height * planes->width * PN_LANES; }

/** Rows that a ring holds, and floats of one row: what a tile's windows see. */
static uint32_t ring_rows(const pn_source *s, uint32_t tile_rows) {
  return (tile_rows - 1) * s->stride_y + (s->kernel_height - 1) * s->dilation_y + 1;
}
static uint64_t ring_row_floats(const pn_source *s, uint32_t width) {
  return ((uint64_t)(width - 1) * s->stride_x + (uint64_t)(s->kernel_width - 1) * s->dilation_x + 1) * PN_LANES;
}
static int needs_ring(const pn_source *s) { return s->kind == PN_SOURCE_DEPTH || s->kind == PN_SOURCE_DENSE; }

/** A source whose planes serve as they lie. */
static int is_direct(const pn_source *s) {
  return s->kind == PN_SOURCE_POINT && s->pre_kind == PN_ACTIVATION_NONE && s->stride_y == 1 && s->stride_x == 1 &&
         (s->top | s->left | s->bottom | s->right) == 0;
}

// Rings of padded rows: what a window that slides over a source sees, activated once, with zeros around.

typedef struct {
  const pn_source *source;
  const float *planes; // of its first block
  uint32_t height, width;
  activation pre;
  float *rows;
  uint32_t count;     // rows in the ring
  uint32_t seen;      // rows that have been filled
  uint32_t first_block; // of the source, that the ring's first one is
  uint64_t row_floats, block_floats;
} ring;

static void clear(float *to, uint64_t pixels) {
  for (uint64_t i = 0; i < pixels * PN_LANES; i += VL) store(to + i, splat(0));
}

static ring open_ring(const pn_state *state, const pn_source *s, uint32_t tile_rows, uint32_t width, float *rows) {
  const pn_planes *planes = &state->planes[s->buffer];
  ring r = {s, state->arena + planes->offset + plane_floats(planes) * s->block, planes->height, planes->width,
            PRE(state, s), rows, ring_rows(s, tile_rows), 0, 0, ring_row_floats(s, width), 0};
  r.block_floats = r.row_floats * r.count;
  return r;
}

/** Row `row` of what is padded, of a block that is `from` on. */
static float *ring_row(const ring *r, uint32_t block, uint32_t row) {
  return r->rows + block * r->block_floats + row % r->count * r->row_floats;
}

static void fill_row(const ring *r, uint32_t block, uint32_t row) {
  float *to = ring_row(r, block, row);
  const int64_t y = (int64_t)row - r->source->top, pixels = (int64_t)(r->row_floats / PN_LANES);
  if (y < 0 || y >= r->height) {
    clear(to, (uint64_t)pixels);
    return;
  }
  const int64_t left = r->source->left; // pixel x of the row is pixel x − left of the plane
  int64_t begin = left > 0 ? left : 0, end = r->width + left;
  if (begin > pixels) begin = pixels;
  if (end > pixels) end = pixels;
  if (end < begin) end = begin;
  clear(to, (uint64_t)begin);
  clear(to + end * PN_LANES, (uint64_t)(pixels - end));
  block += r->first_block;
  const float *from = r->planes + ((uint64_t)block * r->height + (uint64_t)y) * r->width * PN_LANES;
  activate(from + (begin - left) * PN_LANES, PN_LANES, to + begin * PN_LANES, (uint64_t)(end - begin), &r->pre, block);
}

/** Fills what is lacking of a block's rows before `end`; of those that no window sees again, none. @returns `end` */
static uint32_t fill_ring(const ring *r, uint32_t block, uint32_t end) {
  uint32_t row = end > r->seen + r->count ? end - r->count : r->seen;
  for (; row < end; row++) fill_row(r, block, row);
  return end;
}

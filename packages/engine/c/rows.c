// Rings of padded rows: what a window that slides over a source sees, activated once, with zeros around.

typedef struct {
  const pn_state *state;
  const pn_source *source;
  uint32_t height, width;
  ELEMENT *rows;
  uint32_t count;       // rows in the ring
  uint32_t seen;        // rows that have been filled
  uint32_t first_block; // of the source, that the ring's first one is
  uint64_t row_pixels, row_size, block_size; // sizes in numbers
} OF(ring);

static void OF(take_row)(const pn_state *, const pn_source *, uint32_t, uint64_t, ELEMENT *, uint64_t, uint64_t, uint64_t);

static OF(ring) OF(open_ring)(const pn_state *state, const pn_source *s, uint32_t blocks, uint32_t tile_rows, uint32_t width,
                              ELEMENT *rows) {
  const pn_planes *planes = &state->planes[s->buffer];
  OF(ring) r = {state, s, planes->height, planes->width, rows, ring_rows(s, tile_rows), 0, 0, ring_row_pixels(s, width), 0, 0};
  r.row_size = r.row_pixels * PN_LANES * ring_number(s, sizeof(ELEMENT)) / sizeof(ELEMENT);
  r.block_size = blocks > 1 ? r.row_size * r.count : 0;
  return r;
}

/** Row `row` of what is padded, of a block that is `from` on. */
static ELEMENT *OF(ring_row)(const OF(ring) *r, uint32_t block, uint32_t row) {
  return r->rows + block * r->block_size + row % r->count * r->row_size;
}

static void OF(fill_row)(const OF(ring) *r, uint32_t block, uint32_t row) {
  const int64_t y = (int64_t)row - r->source->top, pixels = (int64_t)r->row_pixels;
  const int64_t left = r->source->left; // pixel x of the row is pixel x − left of the plane
  const int within_plane = y >= 0 && y < r->height;
  const int64_t begin = within_plane ? within(left, 0, pixels) : pixels;
  const int64_t end = within_plane ? within(r->width + left, begin, pixels) : pixels;
  OF(take_row)(r->state, r->source, r->first_block + block, (uint64_t)(y * r->width + begin - left), OF(ring_row)(r, block, row),
               (uint64_t)begin, (uint64_t)(end - begin), (uint64_t)(pixels - end));
}

/** Fills what is lacking of a block's rows before `end`; of those that no window sees again, none. @returns `end` */
static uint32_t OF(fill_ring)(const OF(ring) *r, uint32_t block, uint32_t end) {
  uint32_t row = end > r->seen + r->count ? end - r->count : r->seen;
  for (; row < end; row++) OF(fill_row)(r, block, row);
  return end;
}

// Pools: the largest or the mean of each window, pixel by pixel; padding never counts as a value.

/** The part of a window that lies inside the map: taps from `begin` to `end` of one axis. */
typedef struct {
  uint32_t begin, end;
} taps;

static taps taps_inside(int64_t first, uint32_t kernel, uint32_t dilation, uint32_t side) {
  taps t = {0, kernel};
  while (t.begin < kernel && first + (int64_t)t.begin * dilation < 0) t.begin++;
  while (t.end > t.begin && first + (int64_t)(t.end - 1) * dilation >= side) t.end--;
  return t;
}

static inline __attribute__((always_inline)) vec pooled(const float *const *rows, uint64_t first, uint64_t column, taps y, taps x,
                                                        const int largest) {
  vec result = splat(0);
  if (largest && y.begin < y.end && x.begin < x.end) result = load(rows[y.begin] + first + x.begin * column);
  for (uint32_t ky = y.begin; ky < y.end; ky++)
    for (uint32_t kx = x.begin; kx < x.end; kx++) {
      const vec value = load(rows[ky] + first + kx * column);
      if (largest) result = vmax(value, result);
      else result += value;
    }
  return result;
}

/** One row of `rows`, of which those of `inside` are there. */
static void pool_row(const pn_source *s, const pn_planes *in, const float *const *rows, taps inside, uint32_t pixels, uint32_t mode,
                     float *out) {
  const uint64_t column = (uint64_t)s->dilation_x * PN_LANES;
  for (uint32_t x = 0; x < pixels; x++, out += PN_LANES) {
    const int64_t left = (int64_t)x * s->stride_x - s->left;
    const taps columns = taps_inside(left, s->kernel_width, s->dilation_x, in->width);
    const uint64_t first = (uint64_t)(left * PN_LANES); // may start outside, where no tap looks
    uint32_t count = (inside.end - inside.begin) * (columns.end - columns.begin);
    if (mode == PN_POOL_PADDED_MEAN) count = s->kernel_height * s->kernel_width;
    for (int v = 0; v < VECTORS; v++)
      if (mode == PN_POOL_MAX) store(out + v * VL, pooled(rows, first + v * VL, column, inside, columns, 1));
      else store(out + v * VL, pooled(rows, first + v * VL, column, inside, columns, 0) * splat(count ? 1 / (float)count : 0));
  }
}

static void run_pool(const pn_state *state, const pn_step *p, const pn_shape *shape) {
  const pn_source *s = &state->sources[p->first_source];
  const pn_planes *in = &state->planes[s->buffer];
  const activation post = POST(state, p);
  float *scratch = state->arena + state->scratch_offset, *made = scratch + (uint64_t)shape->width * PN_LANES;
  const float *rows[PN_ROWS];
  for (uint32_t b = 0; b < p->blocks; b++)
    for (uint32_t y = 0; y < shape->height; y++) {
      const int64_t top = (int64_t)y * s->stride_y - s->top;
      const taps inside = taps_inside(top, s->kernel_height, s->dilation_y, in->height);
      for (uint32_t ky = inside.begin; ky < inside.end; ky++)
        rows[ky] = fetch_row(state, s->buffer, s->block + b, (uint64_t)(top + (int64_t)ky * s->dilation_y) * in->width, 1, in->width,
                             made + (uint64_t)ky * in->width * PN_LANES);
      const uint64_t pixel = (uint64_t)y * shape->width;
      float *out = room_for_row(state, p->buffer, p->block + b, pixel, scratch);
      pool_row(s, in, rows, inside, shape->width, p->mode, out);
      activate(out, PN_LANES, out, shape->width, &post, b);
      keep_row(state, p->buffer, p->block + b, pixel, out, shape->width);
    }
}

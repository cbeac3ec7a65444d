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

static inline __attribute__((always_inline)) vec pooled(const float *window, uint64_t row, uint64_t column, taps y, taps x,
                                                        const int largest) {
  vec result = splat(0);
  if (largest && y.begin < y.end && x.begin < x.end) result = load(window + y.begin * row + x.begin * column);
  for (uint32_t ky = y.begin; ky < y.end; ky++)
    for (uint32_t kx = x.begin; kx < x.end; kx++) {
      const vec value = load(window + ky * row + kx * column);
      if (largest) result = vmax(value, result);
      else result += value;
    }
  return result;
}

static void pool_row(const pn_source *s, const pn_planes *in, const float *plane, uint32_t y, uint32_t pixels,
                     uint32_t mode, float *out) {
  const int64_t top = (int64_t)y * s->stride_y - s->top;
  const taps rows = taps_inside(top, s->kernel_height, s->dilation_y, in->height);
  const uint64_t row = (uint64_t)s->dilation_y * in->width * PN_LANES, column = (uint64_t)s->dilation_x * PN_LANES;
  for (uint32_t x = 0; x < pixels; x++, out += PN_LANES) {
    const int64_t left = (int64_t)x * s->stride_x - s->left;
    const taps columns = taps_inside(left, s->kernel_width, s->dilation_x, in->width);
    const float *window = plane + (top * in->width + left) * PN_LANES; // may start outside, where no tap looks
    uint32_t count = (rows.end - rows.begin) * (columns.end - columns.begin);
    if (mode == PN_POOL_PADDED_MEAN) count = s->kernel_height * s->kernel_width;
    for (int v = 0; v < VECTORS; v++)
      if (mode == PN_POOL_MAX) store(out + v * VL, pooled(window + v * VL, row, column, rows, columns, 1));
      else store(out + v * VL, pooled(window + v * VL, row, column, rows, columns, 0) * splat(count ? 1 / (float)count : 0));
  }
}

static void run_pool(const pn_state *state, const pn_step *p, const pn_shape *shape) {
  const pn_source *s = &state->sources[p->first_source];
  const activation post = POST(state, p);
  for (uint32_t b = 0; b < p->blocks; b++) {
    const float *plane = planes_at(state, s->buffer, s->block + b);
    float *out = planes_at(state, p->buffer, p->block + b);
    for (uint32_t y = 0; y < shape->height; y++, out += (uint64_t)shape->width * PN_LANES) {
      pool_row(s, &state->planes[s->buffer], plane, y, shape->width, p->mode, out);
      activate(out, PN_LANES, out, shape->width, &post, b);
    }
  }
}

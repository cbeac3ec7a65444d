// Nearest neighbour, by whole factors: pixel (y, x) is that of (⌊y / fy⌋, ⌊x / fx⌋).
static void run_resize(const pn_state *state, const pn_step *p, const pn_shape *shape) {
  const pn_source *s = &state->sources[p->first_source];
  const pn_planes *in = &state->planes[s->buffer];
  const activation post = POST(state, p);
  for (uint32_t b = 0; b < p->blocks; b++) {
    const float *plane = planes_at(state, s->buffer, s->block + b);
    float *first = planes_at(state, p->buffer, p->block + b), *out = first;
    for (uint32_t y = 0; y < shape->height; y++) {
      const float *row = plane + (uint64_t)(y / s->stride_y) * in->width * PN_LANES;
      for (uint32_t x = 0; x < in->width; x++, row += PN_LANES)
        for (uint32_t again = 0; again < s->stride_x; again++, out += PN_LANES)
          for (int v = 0; v < VECTORS; v++) store(out + v * VL, load(row + v * VL));
    }
    activate(first, PN_LANES, first, (uint64_t)shape->height * shape->width, &post, b);
  }
}

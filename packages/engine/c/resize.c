// Nearest neighbour, by whole factors: pixel (y, x) is that of (⌊y / fy⌋, ⌊x / fx⌋).
static void run_resize(const pn_state *state, const pn_step *p, const pn_shape *shape) {
  const pn_source *s = &state->sources[p->first_source];
  const uint32_t width = state->planes[s->buffer].width;
  const activation post = POST(state, p);
  float *scratch = state->arena + state->scratch_offset, *made = scratch + (uint64_t)width * PN_LANES;
  for (uint32_t b = 0; b < p->blocks; b++)
    for (uint32_t y = 0; y < shape->height; y++) {
      const uint64_t pixel = (uint64_t)y * shape->width;
      const float *from = fetch_row(state, s->buffer, s->block + b, (uint64_t)(y / s->stride_y) * width, 1, width, scratch);
      float *out = room_for_row(state, p->buffer, p->block + b, pixel, made), *to = out;
      for (uint32_t x = 0; x < width; x++, from += PN_LANES)
        for (uint32_t again = 0; again < s->stride_x; again++, to += PN_LANES)
          for (int v = 0; v < VECTORS; v++) store(to + v * VL, load(from + v * VL));
      activate(out, PN_LANES, out, shape->width, &post, b);
      keep_row(state, p->buffer, p->block + b, pixel, out, shape->width);
    }
}

// A depthwise convolution alone: block by block, row by row.

static void OF(depthwise_alone)(const pn_state *, const OF(ring) *, uint32_t, uint32_t, void *, uint32_t, const activation *, uint32_t);

static void OF(run_spatial)(const pn_state *state, const pn_step *p, const pn_shape *shape) {
  const pn_source *s = &state->sources[p->first_source];
  const activation post = POST(state, p);
  const uint32_t element = state->planes[p->buffer].element;
  for (uint32_t b = 0; b < p->blocks; b++) {
    OF(ring) r = OF(open_ring)(state, s, 1, 1, shape->width, (ELEMENT *)(state->arena + state->rings_offset));
    r.first_block = b;
    uint8_t *out = plane_at(state, p->buffer, p->block + b);
    for (uint32_t y = 0; y < shape->height; y++, out += (uint64_t)shape->width * PN_LANES * element) {
      r.seen = OF(fill_ring)(&r, 0, y * s->stride_y + (s->kernel_height - 1) * s->dilation_y + 1);
      OF(depthwise_alone)(state, &r, y, shape->width, out, element, &post, b);
    }
  }
}

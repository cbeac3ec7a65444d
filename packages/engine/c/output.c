// What a run gives: planes become numbers in the order that the model promised.

PN_API const float *pn_output(const pn_state *state, uint32_t index) { return state->arena + state->results[index].offset; }

static void run_output(const pn_state *state, const pn_step *p, const pn_shape *shape, uint32_t index) {
  const pn_source *s = &state->sources[p->first_source];
  const activation post = POST(state, p);
  const uint64_t pixels = (uint64_t)shape->height * shape->width;
  float *out = state->arena + state->results[index].offset, *row = state->arena + state->scratch_offset;
  for (uint32_t b = 0; b * PN_LANES < p->channels; b++) {
    const uint32_t lanes = smaller(PN_LANES, p->channels - b * PN_LANES);
    for (uint64_t first = 0; first < pixels; first += shape->width) {
      const float *from = fetch_row(state, s->buffer, s->block + b, first, 1, shape->width, row);
      activate(from, PN_LANES, row, shape->width, &post, b);
      for (uint32_t x = 0; x < shape->width; x++)
        for (uint32_t c = 0; c < lanes; c++) {
          const uint64_t channel = b * PN_LANES + c, pixel = first + x;
          out[p->mode == PN_ORDER_CHANNELS_LAST ? pixel * p->channels + channel : channel * pixels + pixel] = row[x * PN_LANES + c];
        }
    }
  }
}

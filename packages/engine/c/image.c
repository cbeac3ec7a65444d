// The image as blocks of 16 channels, for steps that take it otherwise than by patches.
static void run_image(const pn_state *state, const pn_step *p, const pn_shape *shape) {
  const uint32_t channels = state->header->channels;
  const uint64_t pixels = (uint64_t)shape->height * shape->width;
  const activation post = POST(state, p);
  for (uint32_t b = 0; b < p->blocks; b++) {
    const float *image = pn_image(state) + b * PN_LANES;
    float *out = planes_at(state, p->buffer, p->block + b);
    const uint32_t lanes = smaller(PN_LANES, channels - b * PN_LANES);
    clear(out, pixels);
    for (uint64_t i = 0; i < pixels; i++)
      for (uint32_t c = 0; c < lanes; c++) out[i * PN_LANES + c] = image[i * channels + c];
    activate(out, PN_LANES, out, pixels, &post, b);
  }
}

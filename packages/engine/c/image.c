// The image as blocks of 16 channels, for steps that take it otherwise than by patches.

/** Number `index` of the image, of channel `channel`. */
static float kept_number(const pn_state *state, uint64_t index, uint32_t channel) {
#if !defined(PN_WITHOUT_INTEGERS)
  if (is_integer(state)) return image_number(state, index, channel);
#endif
  (void)channel;
  return state->arena[state->image_offset + index];
}

static void run_image(const pn_state *state, const pn_step *p, const pn_shape *shape) {
  const uint32_t channels = state->header->channels;
  const activation post = POST(state, p);
  float *scratch = state->arena + state->scratch_offset;
  for (uint32_t b = 0; b < p->blocks; b++) {
    const uint32_t lanes = smaller(PN_LANES, channels - b * PN_LANES);
    for (uint32_t y = 0; y < shape->height; y++) {
      const uint64_t pixel = (uint64_t)y * shape->width;
      float *out = room_for_row(state, p->buffer, p->block + b, pixel, scratch);
      clear(out, shape->width);
      for (uint64_t x = 0; x < shape->width; x++)
        for (uint32_t c = 0; c < lanes; c++) {
          const uint32_t channel = b * PN_LANES + c;
          out[x * PN_LANES + c] = kept_number(state, (pixel + x) * channels + channel, channel);
        }
      activate(out, PN_LANES, out, shape->width, &post, b);
      keep_row(state, p->buffer, p->block + b, pixel, out, shape->width);
    }
  }
}

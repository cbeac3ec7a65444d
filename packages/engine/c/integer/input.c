// The image as integers of a tile.

static float image_steps(const levels *l, level own, float value) {
  const float steps = value * (1 / own.scale) + own.zero;
  return steps >= l->low && steps <= l->high ? nearest(steps) : steps > l->high ? l->high : l->low;
}

#if !defined(PN_BOARD_PLAN)
/** From planes, [channels][height][width]. */
static void integers_of_floats(const pn_state *state, const float *planes) {
  const uint32_t channels = state->header->channels;
  const uint64_t pixels = (uint64_t)state->height * state->width;
  const levels l = levels_of(state->arithmetic);
  void *image = state->arena + state->image_offset;
  for (uint32_t c = 0; c < channels; c++) {
    const level own = level_of_image(state, c);
    const float *plane = planes + c * pixels;
    if (state->element == 1)
      for (uint64_t i = 0; i < pixels; i++) ((uint8_t *)image)[i * channels + c] = (uint8_t)image_steps(&l, own, plane[i]);
    else
      for (uint64_t i = 0; i < pixels; i++) ((int16_t *)image)[i * channels + c] = (int16_t)image_steps(&l, own, plane[i]);
  }
}
#endif

/** From a picture's bytes, as if they were made floats first. */
static void integers_of_bytes(const pn_state *state, const uint8_t *pixels, uint32_t per_pixel) {
  const pn_header *h = state->header;
  const float scale[3] = {h->scale0, h->scale1, h->scale2}, shift[3] = {h->shift0, h->shift1, h->shift2};
  const uint64_t count = (uint64_t)state->height * state->width;
  const levels l = levels_of(state->arithmetic);
  void *image = state->arena + state->image_offset;
  int16_t integers[3][256]; // of each byte
  for (uint32_t c = 0; c < 3; c++) {
    const level own = level_of_image(state, c);
    for (int byte = 0; byte < 256; byte++)
      integers[c][byte] = (int16_t)image_steps(&l, own, scale[c] * (float)byte + shift[c]);
  }
  for (uint64_t i = 0; i < count; i++, pixels += per_pixel)
    for (uint32_t c = 0; c < 3; c++) {
      const int16_t integer = integers[c][pixels[h->blue_first ? 2 - c : c]];
      if (state->element == 1) ((uint8_t *)image)[3 * i + c] = (uint8_t)integer;
      else ((int16_t *)image)[3 * i + c] = integer;
    }
}

/** Number `index` of the image as a float, of channel `channel`. */
static inline float image_number(const pn_state *state, uint64_t index, uint32_t channel) {
  const void *image = state->arena + state->image_offset;
  const level own = level_of_image(state, channel);
  const float steps = state->element == 1 ? (float)((const uint8_t *)image)[index] : (float)((const int16_t *)image)[index];
  return (steps - own.zero) * own.scale;
}

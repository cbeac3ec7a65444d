// The image on its way in: floats as a network takes them, or the bytes of a picture; kept as floats, or as integers if nodes take those.

#if !defined(PN_BOARD_PLAN)
/** The image from planes: [channels][height][width]. */
PN_API void pn_floats(const pn_state *state, const float *planes) {
  const uint32_t channels = state->header->channels;
  const uint64_t pixels = (uint64_t)state->height * state->width;
  float *image = state->arena + state->image_offset;
#if !defined(PN_WITHOUT_INTEGERS)
  if (is_integer(state)) {
    integers_of_floats(state, planes);
    return;
  }
#endif
  for (uint32_t c = 0; c < channels; c++)
    for (uint64_t i = 0; i < pixels; i++) image[i * channels + c] = planes[c * pixels + i];
}
#endif

/** The image from a picture's bytes: [height][width] of RGB, or RGBA whose alpha is left out. @returns 0 where the network takes no three channels */
PN_API int pn_bytes(const pn_state *state, const uint8_t *pixels, uint32_t per_pixel) {
  const pn_header *h = state->header;
  if (h->channels != 3 || (per_pixel != 3 && per_pixel != 4)) return 0;
  const float scale[3] = {h->scale0, h->scale1, h->scale2}, shift[3] = {h->shift0, h->shift1, h->shift2};
  const uint64_t count = (uint64_t)state->height * state->width;
  float *image = state->arena + state->image_offset;
#if !defined(PN_WITHOUT_INTEGERS)
  if (is_integer(state)) {
    integers_of_bytes(state, pixels, per_pixel);
    return 1;
  }
#endif
  for (uint64_t i = 0; i < count; i++, pixels += per_pixel)
    for (int c = 0; c < 3; c++) image[3 * i + c] = scale[c] * (float)pixels[h->blue_first ? 2 - c : c] + shift[c];
  return 1;
}

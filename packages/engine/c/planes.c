// Where blocks lie, and their rows as floats for steps that compute in floats whatever their buffers hold.

static void *plane_at(const pn_state *state, uint32_t buffer, uint32_t block) {
  const pn_planes *planes = &state->planes[buffer];
  return state->arena + planes->offset + plane_floats(planes) * block;
}

/** Number `index` of pixels' first lanes inside a plane. */
static inline const void *pixel_at(const void *plane, uint64_t pixel, uint32_t element) {
  return (const uint8_t *)plane + pixel * PN_LANES * element;
}

/**
 * `pixels` of a block from one on, `step` apart, as floats: where they lie if they are floats side by side, otherwise in `scratch`.
 */
static __attribute__((noinline)) const float *fetch_row(const pn_state *state, uint32_t buffer, uint32_t block, uint64_t pixel, uint32_t step,
                              uint64_t pixels, float *scratch) {
  const uint32_t element = element_of(state, buffer);
  const uint8_t *from = pixel_at(plane_at(state, buffer, block), pixel, element);
  if (element == sizeof(float)) {
    if (step == 1) return (const float *)from;
    const activation none = {PN_ACTIVATION_NONE, 0, 0, 0};
    activate((const float *)from, step * PN_LANES, scratch, pixels, &none, 0);
    return scratch;
  }
#if !defined(PN_WITHOUT_INTEGERS)
  const float *tensor = levels_at(state, buffer, block);
  float scales[PN_LANES] __attribute__((aligned(64))), zeros[PN_LANES] __attribute__((aligned(64)));
  for (uint32_t lane = 0; lane < PN_LANES; lane++) {
    const level l = level_of(state->arithmetic, tensor, lane);
    scales[lane] = l.scale;
    zeros[lane] = l.zero;
  }
  for (uint64_t p = 0; p < pixels; p++, from += (uint64_t)step * PN_LANES * element)
    for (int v = 0; v < VECTORS; v++)
      store(scratch + p * PN_LANES + v * VL,
            (load_integers(from + v * VL * element, element) - load(zeros + v * VL)) * load(scales + v * VL));
#endif
  return scratch;
}

/** Where a row of floats is made that a block's pixels shall hold: at once where they are floats. */
static inline float *room_for_row(const pn_state *state, uint32_t buffer, uint32_t block, uint64_t pixel, float *scratch) {
  if (element_of(state, buffer) != sizeof(float)) return scratch;
  return (float *)plane_at(state, buffer, block) + pixel * PN_LANES;
}

/** Keeps a row that was made in `room_for_row`. */
static __attribute__((noinline, unused)) void keep_row(const pn_state *state, uint32_t buffer, uint32_t block, uint64_t pixel, const float *row,
                     uint64_t pixels) {
#if defined(PN_WITHOUT_INTEGERS)
  (void)state, (void)buffer, (void)block, (void)pixel, (void)row, (void)pixels;
#else
  const uint32_t element = element_of(state, buffer);
  if (element == sizeof(float)) return;
  const float *tensor = levels_at(state, buffer, block);
  const levels l = levels_of(state->arithmetic);
  float per[PN_LANES] __attribute__((aligned(64))), zeros[PN_LANES] __attribute__((aligned(64)));
  for (uint32_t lane = 0; lane < PN_LANES; lane++) {
    const level own = level_of(state->arithmetic, tensor, lane);
    per[lane] = 1 / own.scale;
    zeros[lane] = own.zero;
  }
  uint8_t *to = (uint8_t *)pixel_at(plane_at(state, buffer, block), pixel, element);
  for (uint64_t p = 0; p < pixels; p++, to += PN_LANES * element)
    for (int v = 0; v < VECTORS; v++) {
      const vec steps = load(row + p * PN_LANES + v * VL) * load(per + v * VL) + load(zeros + v * VL);
      store_integers(to + v * VL * element, element, vmin(vmax(steps, splat(l.low)), splat(l.high)));
    }
#endif
}

// From integers of a buffer to those that a tile holds, through an activation: with d = (q − zero) · 2^shift, and ∘ the product of two
// halfwords divided by 2¹⁵ and rounded (pmulhrsw and its like),
//
//   base + (d ∘ all) + (min(d, 0) ∘ below), within low … high

// A vector holds a part of a pixel's block, or several pixels.
enum { PARTS = HL < PN_LANES ? PN_LANES / HL : 1, PIXELS_AT_ONCE = MAP_LANES / PN_LANES, PART = PN_LANES / PARTS };

static inline __attribute__((always_inline)) hvec load_halves(const uint8_t *from, const uint32_t element) {
  if (element == 1) return halves_of_bytes(from);
  hvec halves;
  __builtin_memcpy(&halves, from, sizeof halves);
  return halves;
}

/** As halfwords or as bytes. */
static inline __attribute__((always_inline)) void keep_halves(void *to, hvec halves, const uint32_t element) {
  if (element == 2) {
    __builtin_memcpy(to, &halves, sizeof halves);
    return;
  }
  const bytes_of_hvec bytes = low_bytes_of_halves(halves);
  __builtin_memcpy(to, &bytes, sizeof bytes);
}

/** Pixels one after the other, no fewer than a vector holds. */
static inline __attribute__((always_inline)) void map_as(const int16_t *rows, int shift, const uint8_t *from, const uint32_t element,
                                                         uint8_t *to, const uint32_t own, uint64_t pixels) {
  for (int v = 0; v < PARTS; v++) {
#define ROW(name) *(const hvec *)(rows + MAP_##name * MAP_LANES + v * HL)
    const hvec zero = ROW(ZERO), all = ROW(ALL), below = ROW(BELOW), base = ROW(BASE), low = ROW(LOW), high = ROW(HIGH);
#undef ROW
    for (uint64_t next = 0; next < pixels; next += PIXELS_AT_ONCE) {
      const uint64_t p = next + PIXELS_AT_ONCE <= pixels ? next : pixels - PIXELS_AT_ONCE; // the last ones once more
      const hvec d = hshift(load_halves(from + (p * PN_LANES + v * PART) * element, element) - zero, shift);
      const hvec y = base + hscale(d, all) + hscale(hmin(d, (hvec){0}), below);
      const hvec inside = hmin(hmax(y, low), high);
      keep_halves(to + (p * PN_LANES + v * PART) * own, inside, own);
    }
  }
}

/** Pixels `step` apart where they come from. */
static void map_row(const int16_t *rows, int shift, const void *from, uint32_t element, uint64_t step, void *to,
                    uint32_t own, uint64_t pixels) {
#if defined(PN_BOARD) // whose stack is small
  enum { FEW = 8 };
#else
  enum { FEW = 32 };
#endif
  uint8_t gathered[FEW * PN_LANES * 2] __attribute__((aligned(64))), made[FEW * PN_LANES * 2] __attribute__((aligned(64)));
  if (step != 1 || pixels < PIXELS_AT_ONCE) { // brought together some at a time
    for (uint64_t first = 0; first < pixels; first += FEW) {
      const uint64_t count = pixels - first < FEW ? pixels - first : FEW, bytes = PN_LANES * element;
      for (uint64_t p = 0; p < count; p++)
        __builtin_memcpy(gathered + p * bytes, (const uint8_t *)from + (first + p) * step * bytes, bytes);
      map_row(rows, shift, gathered, element, 1, made, own, count < PIXELS_AT_ONCE ? PIXELS_AT_ONCE : count);
      __builtin_memcpy((uint8_t *)to + first * PN_LANES * own, made, count * PN_LANES * own);
    }
    return;
  }
  if (own == 1) map_as(rows, shift, from, 1, to, 1, pixels);
  else if (element == 1) map_as(rows, shift, from, 1, to, 2, pixels);
  else map_as(rows, shift, from, 2, to, 2, pixels);
}

// From sums in 32 bits to what a step makes, lane by lane, in single operations on floats:
//
//   y = sum · scale + shift;  y = y + addend · its scale;  y = y + rest · min(y − zero, 0);  within low … high

typedef struct {
  const float *rows; // FINISH_ROWS of 16 lanes
  const void *addend; // 0: none
  uint32_t addend_element;
  int bent; // by a PReLU
} finishing;

/** `element`, of what is made, and `other`, of the addend (0: none), constants where this is expanded. */
static inline __attribute__((always_inline)) void finish_as(const int32_t *sums, uint64_t pixels, const finishing *f, uint8_t *out,
                                                            const uint32_t element, const uint32_t other) {
  for (int v = 0; v < VECTORS; v++) {
#define ROW(name) load(f->rows + FINISH_##name * PN_LANES + v * VL)
    const vec scale = ROW(SCALE), shift = ROW(SHIFT), low = ROW(LOW), high = ROW(HIGH);
    const vec rest = ROW(REST), zero = ROW(ZERO), addend_scale = ROW(ADDEND);
#undef ROW
    const uint8_t *addend = (const uint8_t *)f->addend + v * VL * other;
    for (uint64_t p = 0; p < pixels; p++) {
      vec y = to_floats(*(const ivec *)(sums + p * PN_LANES + v * VL)) * scale + shift;
      if (other) y += load_integers(addend + p * PN_LANES * other, other) * addend_scale;
      if (f->bent) y += rest * vmin(y - zero, splat(0));
      uint8_t *to = out + (p * PN_LANES + v * VL) * element;
      if (element == sizeof(float)) store((float *)to, y);
      else store_integers(to, element, vmin(vmax(y, low), high));
    }
  }
}

static void finish(const int32_t *sums, uint64_t pixels, const finishing *f, void *out, uint32_t element) {
#define FINISH(own, other) \
  if (element == own && (f->addend ? f->addend_element : 0) == other) { \
    finish_as(sums, pixels, f, out, own, other);                         \
    return;                                                              \
  }
  FINISH(1, 0)
  FINISH(1, 1)
  FINISH(2, 0)
  FINISH(2, 2)
  FINISH(4, 0)
#undef FINISH
}

// Integers as vectors: bytes without a sign or halfwords with one in memory, 32 bits or floats in registers.

#if VL > 1
typedef uint8_t bytes_of_vector __attribute__((vector_size(VL)));
typedef int16_t halves_of_vector __attribute__((vector_size(2 * VL)));
#define to_floats(words) __builtin_convertvector(words, vec)
#define hshift(halves, by) ((halves) << (by))
#endif

#if !defined(low_bytes) // the lowest bits of each number
#define low_bytes(words) __builtin_convertvector(words, bytes_of_vector)
#define low_halves(words) __builtin_convertvector(words, halves_of_vector)
#define low_bytes_of_halves(halves) __builtin_convertvector(halves, bytes_of_hvec)
#endif

#if !defined(words_of_bytes)
static inline __attribute__((always_inline)) ivec words_of_bytes(const void *from) {
  bytes_of_vector bytes;
  __builtin_memcpy(&bytes, from, sizeof bytes);
  return __builtin_convertvector(bytes, ivec);
}
static inline __attribute__((always_inline)) ivec words_of_halves(const void *from) {
  halves_of_vector halves;
  __builtin_memcpy(&halves, from, sizeof halves);
  return __builtin_convertvector(halves, ivec);
}
static inline __attribute__((always_inline)) hvec halves_of_bytes(const void *from) {
  bytes_of_hvec bytes;
  __builtin_memcpy(&bytes, from, sizeof bytes);
  return __builtin_convertvector(bytes, hvec);
}
#endif

static inline __attribute__((always_inline)) vec load_integers(const void *from, uint32_t element) {
  return to_floats(element == 1 ? words_of_bytes(from) : words_of_halves(from));
}

/** Rounds to the nearest, ties to even, by adding 1.5 · 2²³, whose lowest bits are then the whole number's; and keeps as many as fit. */
static inline __attribute__((always_inline)) void store_integers(void *to, uint32_t element, vec values) {
  const ivec whole = (ivec)bits_of(values + splat(12582912.0f));
  if (element == 1) {
    const bytes_of_vector bytes = low_bytes(whole);
    __builtin_memcpy(to, &bytes, sizeof bytes);
  } else {
    const halves_of_vector halves = low_halves(whole);
    __builtin_memcpy(to, &halves, sizeof halves);
  }
}

static int is_integer(const pn_state *state) { return state->arithmetic != PN_ARITHMETIC_FLOAT; }

#if !defined(PN_BOARD_PLAN)
/** A number that fits a halfword, whatever a file says. */
static int16_t halfword(float value) {
  return (int16_t)(value >= -32767 && value <= 32767 ? nearest(value) : value > 0 ? 32767 : value < 0 ? -32767 : 0);
}
#endif

/** What integers of a buffer stand for, from a block on; 0 where it holds floats. */
static const float *levels_at(const pn_state *state, uint32_t buffer, uint32_t block) {
  const uint32_t tensor = state->buffers[buffer].levels;
  const int integers = state->arithmetic != PN_ARITHMETIC_FLOAT && tensor != PN_NONE;
  return integers ? values_of(state, tensor) + (uint64_t)block * 2 * PN_LANES : 0;
}

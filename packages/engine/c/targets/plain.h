// Plain C for any processor: one float at a time, which a compiler may put together again where it knows of vectors.
#define VL 1
typedef float vec __attribute__((may_alias));
typedef int32_t ivec __attribute__((may_alias));
#define madd(a, b, c) ((a) * (b) + (c))
static inline vec vmin(vec a, vec b) { return b < a ? b : a; }
static inline vec vmax(vec a, vec b) { return b > a ? b : a; }
enum { LARGEST_SINGLE = 4 }; // pixels × 4 outputs: 16 sums, 4 weights, 1 value of 32 registers
#define WIDE(BLOCKS) 4
#define TILES(TILE) TILE(1) TILE(2) TILE(3) TILE(4)
enum { DEPTH_PIXELS = 4, FEW_PIXELS = 4 }; // of one row, depthwise
#define splat(value) ((vec)(value))
static inline uint32_t bits_of(vec value) {
  const union {
    float value;
    uint32_t bits;
  } both = {value};
  return both.bits;
}
static inline vec from_bits(uint32_t bits) {
  const union {
    uint32_t bits;
    float value;
  } both = {bits};
  return both.value;
}
#define bits_of bits_of

#if !defined(PN_WITHOUT_INTEGERS)
// Integers in plain C, one at a time.
typedef int16_t hvec __attribute__((may_alias));
typedef uint8_t bytes_of_hvec;
typedef uint8_t bytes_of_vector;
typedef int16_t halves_of_vector;
#define HL 1 // halfwords of a vector
static inline hvec hscale(hvec a, hvec b) { return (hvec)(((int32_t)a * b + 0x4000) >> 15); }
static inline hvec hmin(hvec a, hvec b) { return b < a ? b : a; }
static inline hvec hmax(hvec a, hvec b) { return b > a ? b : a; }
#define hshift(half, by) ((hvec)((half) * (1 << (by))))
#define isplat(word) ((ivec)(word))
static inline ivec dot_halves(ivec sum, ivec values, ivec weights) {
  return sum + (int16_t)values * (int16_t)weights + (values >> 16) * (weights >> 16);
}
#define dot_halves dot_halves
static inline ivec dot_bytes(ivec sum, ivec values, ivec weights) { // values without a sign
  const uint32_t v = (uint32_t)values, w = (uint32_t)weights;
  return sum + (uint8_t)v * (int8_t)w + (uint8_t)(v >> 8) * (int8_t)(w >> 8) + (uint8_t)(v >> 16) * (int8_t)(w >> 16) +
         (uint8_t)(v >> 24) * (int8_t)(w >> 24);
}
#define DOT_BYTES 255 // the largest byte whose products are exact

/** 16 lanes' words of the bytes of four pixels, `step` bytes apart. */
static inline void words_bytes(const uint8_t *from, uint64_t step, int32_t *to) {
  for (int lane = 0; lane < PN_LANES; lane++, from++)
    to[lane] = (int32_t)(from[0] | (uint32_t)from[step] << 8 | (uint32_t)from[2 * step] << 16 | (uint32_t)from[3 * step] << 24);
}
/** The same of the halfwords of two pixels, `step` halfwords apart. */
static inline void words_halves(const int16_t *from, uint64_t step, int32_t *to) {
  for (int lane = 0; lane < PN_LANES; lane++, from++) to[lane] = (int32_t)((uint16_t)from[0] | (uint32_t)(uint16_t)from[step] << 16);
}
#define OWN_WORDS

#define low_bytes(word) ((bytes_of_vector)(word))
#define low_halves(word) ((halves_of_vector)(word))
#define low_bytes_of_halves(half) ((bytes_of_hvec)(half))
#define words_of_bytes(from) ((ivec)*(const uint8_t *)(from))
#define words_of_halves(from) ((ivec)*(const hvec *)(from))
#define halves_of_bytes(from) ((hvec)*(const uint8_t *)(from))
#define to_floats(word) ((vec)(word))
#endif

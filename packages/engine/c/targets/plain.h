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

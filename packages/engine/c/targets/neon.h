#include <arm_neon.h>
#define VL 4
typedef float vec __attribute__((vector_size(16), may_alias));
typedef int32_t ivec __attribute__((vector_size(16), may_alias));
#if defined(__aarch64__)
#define madd(a, b, c) ((vec)vfmaq_f32((float32x4_t)(c), (float32x4_t)(a), (float32x4_t)(b)))
enum { LARGEST_SINGLE = 6 }; // 24 sums of 32 registers
#define TILES(TILE) TILE(1) TILE(2) TILE(3) TILE(4) TILE(5) TILE(6)
#else
#define madd(a, b, c) ((a) * (b) + (c))
enum { LARGEST_SINGLE = 2 };
#define TILES(TILE) TILE(1) TILE(2)
#endif
#define vmin(a, b) ((vec)vminq_f32((float32x4_t)(a), (float32x4_t)(b)))
#define vmax(a, b) ((vec)vmaxq_f32((float32x4_t)(a), (float32x4_t)(b)))
enum { DEPTH_PIXELS = 4, FEW_PIXELS = 4 }; // of one row, depthwise
#define splat(value) ((vec)vdupq_n_f32(value))
#define multiply_pairs multiply_pairs
static inline ivec multiply_pairs(ivec a, ivec b) { // a₀b₀ + a₁b₁ of 16 bits, in 32
  const int16x8_t x = (int16x8_t)a, y = (int16x8_t)b;
  const int32x4_t low = vmull_s16(vget_low_s16(x), vget_low_s16(y)), high = vmull_s16(vget_high_s16(x), vget_high_s16(y));
  return (ivec)vcombine_s32(vpadd_s32(vget_low_s32(low), vget_high_s32(low)), vpadd_s32(vget_low_s32(high), vget_high_s32(high)));
}

#if !defined(PN_WITHOUT_INTEGERS)
// Integers of NEON, with its dot product where the compiler may use it.
typedef int16_t hvec __attribute__((vector_size(16), may_alias));
typedef uint8_t bytes_of_hvec __attribute__((vector_size(8)));
#define HL 8 // halfwords of a vector
#define hscale(a, b) ((hvec)vqrdmulhq_s16((int16x8_t)(a), (int16x8_t)(b)))
#define hmin(a, b) ((hvec)vminq_s16((int16x8_t)(a), (int16x8_t)(b)))
#define hmax(a, b) ((hvec)vmaxq_s16((int16x8_t)(a), (int16x8_t)(b)))
#define isplat(word) ((ivec)vdupq_n_s32(word))
#if defined(__ARM_FEATURE_DOTPROD)
#define dot_bytes(sum, values, weights) ((ivec)vdotq_s32((int32x4_t)(sum), (int8x16_t)(values), (int8x16_t)(weights)))
#define DOT_BYTES 127 // the largest byte whose products are exact: both have a sign
#endif
#endif

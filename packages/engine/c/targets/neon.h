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

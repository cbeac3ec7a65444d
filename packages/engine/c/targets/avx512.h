#include <immintrin.h>
#define VL 16
typedef float vec __attribute__((vector_size(64), may_alias));
typedef int32_t ivec __attribute__((vector_size(64), may_alias));
#define madd(a, b, c) ((vec)_mm512_fmadd_ps((__m512)(a), (__m512)(b), (__m512)(c)))
#define vmin(a, b) ((vec)_mm512_min_ps((__m512)(a), (__m512)(b)))
#define vmax(a, b) ((vec)_mm512_max_ps((__m512)(a), (__m512)(b)))
#define LARGEST_PAIR 14 // pixels × 32 outputs: 28 sums, 2 weights, 1 value
#define TILES(TILE) TILE(1) TILE(2) TILE(3) TILE(4) TILE(5) TILE(6) TILE(7) TILE(8) TILE(9) TILE(10) TILE(11) TILE(12) TILE(13) TILE(14)
enum { DEPTH_PIXELS = 14, FEW_PIXELS = 7 }; // of one row, depthwise
#define interleave_low(a, b) ((vec)_mm512_unpacklo_ps((__m512)(a), (__m512)(b)))
#define interleave_high(a, b) ((vec)_mm512_unpackhi_ps((__m512)(a), (__m512)(b)))
#define splat_two(from) ((vec)_mm512_castpd_ps(_mm512_set1_pd(*(const double_alias *)(from))))
#define add_neighbours(low, high)                                             \
  ((vec)_mm512_shuffle_ps((__m512)(low), (__m512)(high), 0x88) +              \
   (vec)_mm512_shuffle_ps((__m512)(low), (__m512)(high), 0xdd))
typedef double double_alias __attribute__((may_alias));
#define splat(value) ((vec)_mm512_set1_ps(value))
#define multiply_pairs(a, b) ((ivec)_mm512_madd_epi16((__m512i)(a), (__m512i)(b))) // a₀b₀ + a₁b₁ of 16 bits, in 32

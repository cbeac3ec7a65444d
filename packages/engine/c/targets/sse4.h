#include <smmintrin.h>
#define VL 4
typedef float vec __attribute__((vector_size(16), may_alias));
typedef int32_t ivec __attribute__((vector_size(16), may_alias));
#define madd(a, b, c) ((a) * (b) + (c))
#define vmin(a, b) ((vec)_mm_min_ps((__m128)(a), (__m128)(b)))
#define vmax(a, b) ((vec)_mm_max_ps((__m128)(a), (__m128)(b)))
enum { LARGEST_SINGLE = 3 }; // pixels × 16 outputs: 12 sums, 3 for weights and values
#define TILES(TILE) TILE(1) TILE(2) TILE(3)
enum { DEPTH_PIXELS = 4, FEW_PIXELS = 4 }; // of one row, depthwise
#define splat(value) ((vec)_mm_set1_ps(value))
#define multiply_pairs(a, b) ((ivec)_mm_madd_epi16((__m128i)(a), (__m128i)(b))) // a₀b₀ + a₁b₁ of 16 bits, in 32

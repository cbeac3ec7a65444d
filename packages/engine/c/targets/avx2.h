#include <immintrin.h>
#define VL 8
typedef float vec __attribute__((vector_size(32), may_alias));
typedef int32_t ivec __attribute__((vector_size(32), may_alias));
#define madd(a, b, c) ((vec)_mm256_fmadd_ps((__m256)(a), (__m256)(b), (__m256)(c)))
#define vmin(a, b) ((vec)_mm256_min_ps((__m256)(a), (__m256)(b)))
#define vmax(a, b) ((vec)_mm256_max_ps((__m256)(a), (__m256)(b)))
enum { LARGEST_SINGLE = 6 }; // pixels × 16 outputs: 12 sums, 2 weights, 1 value
#define TILES(TILE) TILE(1) TILE(2) TILE(3) TILE(4) TILE(5) TILE(6)
enum { DEPTH_PIXELS = 7, FEW_PIXELS = 7 }; // of one row, depthwise
#define splat(value) ((vec)_mm256_set1_ps(value))
#define multiply_pairs(a, b) ((ivec)_mm256_madd_epi16((__m256i)(a), (__m256i)(b))) // a₀b₀ + a₁b₁ of 16 bits, in 32

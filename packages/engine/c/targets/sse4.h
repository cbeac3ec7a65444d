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

#if !defined(PN_WITHOUT_INTEGERS)
// Integers of SSE4.1.
typedef int16_t hvec __attribute__((vector_size(16), may_alias));
typedef uint8_t bytes_of_hvec __attribute__((vector_size(8)));
#define HL 8 // halfwords of a vector
#define hscale(a, b) ((hvec)_mm_mulhrs_epi16((__m128i)(a), (__m128i)(b)))
#define hmin(a, b) ((hvec)_mm_min_epi16((__m128i)(a), (__m128i)(b)))
#define hmax(a, b) ((hvec)_mm_max_epi16((__m128i)(a), (__m128i)(b)))
#define isplat(word) ((ivec)_mm_set1_epi32(word))

#define EVERY(a, b, c, d, e, f, g, h) _mm_setr_epi8(a, b, c, d, e, f, g, h, -1, -1, -1, -1, -1, -1, -1, -1)
#define low_bytes(words) \
  ((bytes_of_vector)_mm_cvtsi128_si32(_mm_shuffle_epi8((__m128i)(words), EVERY(0, 4, 8, 12, -1, -1, -1, -1))))
#define low_halves(words) \
  ((halves_of_vector)_mm_cvtsi128_si64(_mm_shuffle_epi8((__m128i)(words), EVERY(0, 1, 4, 5, 8, 9, 12, 13))))
#define low_bytes_of_halves(halves) \
  ((bytes_of_hvec)_mm_cvtsi128_si64(_mm_shuffle_epi8((__m128i)(halves), EVERY(0, 2, 4, 6, 8, 10, 12, 14))))
#define words_of_bytes(from) ((ivec)_mm_cvtepu8_epi32(_mm_loadu_si32(from)))
#define words_of_halves(from) ((ivec)_mm_cvtepi16_epi32(_mm_loadl_epi64((const __m128i *)(from))))
#define halves_of_bytes(from) ((hvec)_mm_cvtepu8_epi16(_mm_loadl_epi64((const __m128i *)(from))))
#endif

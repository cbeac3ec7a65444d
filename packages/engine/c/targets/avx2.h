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

#if !defined(PN_WITHOUT_INTEGERS)
// Integers of AVX2.
typedef int16_t hvec __attribute__((vector_size(32), may_alias));
typedef uint8_t bytes_of_hvec __attribute__((vector_size(16)));
#define HL 16 // halfwords of a vector
#define hscale(a, b) ((hvec)_mm256_mulhrs_epi16((__m256i)(a), (__m256i)(b)))
#define hmin(a, b) ((hvec)_mm256_min_epi16((__m256i)(a), (__m256i)(b)))
#define hmax(a, b) ((hvec)_mm256_max_epi16((__m256i)(a), (__m256i)(b)))
#define isplat(word) ((ivec)_mm256_set1_epi32(word))
/** 16 lanes' words of the halfwords of two pixels, `step` halfwords apart. */
static inline __attribute__((always_inline)) void words_halves(const int16_t *from, uint64_t step, int32_t *to) {
  const __m256i first = _mm256_loadu_si256((const __m256i *)from), second = _mm256_loadu_si256((const __m256i *)(from + step));
  const __m256i low = _mm256_unpacklo_epi16(first, second), high = _mm256_unpackhi_epi16(first, second);
  _mm256_store_si256((__m256i *)to, _mm256_permute2x128_si256(low, high, 0x20));
  _mm256_store_si256((__m256i *)(to + 8), _mm256_permute2x128_si256(low, high, 0x31));
}
#define OWN_WORDS

static inline __attribute__((always_inline)) __m128i joined_dwords(__m256i v) { // the first of each half
  return _mm_unpacklo_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
}
static inline __attribute__((always_inline)) __m128i joined_qwords(__m256i v) {
  return _mm_unpacklo_epi64(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
}
#define EVERY(a, b, c, d, e, f, g, h) _mm256_setr_epi8(a, b, c, d, e, f, g, h, -1, -1, -1, -1, -1, -1, -1, -1, a, b, c, d, e, f, g, h, -1, -1, -1, -1, -1, -1, -1, -1)
#define low_bytes(words) \
  ((bytes_of_vector)_mm_cvtsi128_si64(joined_dwords(_mm256_shuffle_epi8((__m256i)(words), EVERY(0, 4, 8, 12, -1, -1, -1, -1)))))
#define low_halves(words) \
  ((halves_of_vector)joined_qwords(_mm256_shuffle_epi8((__m256i)(words), EVERY(0, 1, 4, 5, 8, 9, 12, 13))))
#define low_bytes_of_halves(halves) \
  ((bytes_of_hvec)joined_qwords(_mm256_shuffle_epi8((__m256i)(halves), EVERY(0, 2, 4, 6, 8, 10, 12, 14))))
#define words_of_bytes(from) ((ivec)_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(from))))
#define words_of_halves(from) ((ivec)_mm256_cvtepi16_epi32(_mm_loadu_si128((const __m128i *)(from))))
#define halves_of_bytes(from) ((hvec)_mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)(from))))
#endif

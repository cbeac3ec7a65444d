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

#if !defined(PN_WITHOUT_INTEGERS)
// Integers of AVX-512, with VNNI where the compiler may use it.
typedef int16_t hvec __attribute__((vector_size(64), may_alias));
typedef uint8_t bytes_of_hvec __attribute__((vector_size(32)));
#define HL 32 // halfwords of a vector: of two pixels
#define hscale(a, b) ((hvec)_mm512_mulhrs_epi16((__m512i)(a), (__m512i)(b)))
#define hmin(a, b) ((hvec)_mm512_min_epi16((__m512i)(a), (__m512i)(b)))
#define hmax(a, b) ((hvec)_mm512_max_epi16((__m512i)(a), (__m512i)(b)))
#define low_bytes(words) ((bytes_of_vector)_mm512_cvtepi32_epi8((__m512i)(words)))
#define low_halves(words) ((halves_of_vector)_mm512_cvtepi32_epi16((__m512i)(words)))
#define low_bytes_of_halves(halves) ((bytes_of_hvec)_mm512_cvtepi16_epi8((__m512i)(halves)))
#define isplat(word) ((ivec)_mm512_set1_epi32(word))
#if defined(__AVX512VNNI__)
#define dot_halves(sum, values, weights) ((ivec)_mm512_dpwssd_epi32((__m512i)(sum), (__m512i)(values), (__m512i)(weights)))
#define dot_bytes(sum, values, weights) ((ivec)_mm512_dpbusd_epi32((__m512i)(sum), (__m512i)(values), (__m512i)(weights)))
#define DOT_BYTES 255 // the largest byte whose products are exact
#endif
/** 16 lanes' words of the bytes of four pixels, `step` bytes apart: their dwords are brought together lane by lane, then their bytes. */
static inline __attribute__((always_inline)) void words_bytes(const uint8_t *from, uint64_t step, int32_t *to) {
  const __m512i dwords = _mm512_set_epi32(15, 11, 7, 3, 14, 10, 6, 2, 13, 9, 5, 1, 12, 8, 4, 0);
  const __m512i bytes = _mm512_set4_epi32(0x0f0b0703, 0x0e0a0602, 0x0d090501, 0x0c080400);
  __m512i pixels;
  if (step == 16) pixels = _mm512_loadu_si512(from);
  else {
    const __m256i low = _mm256_loadu2_m128i((const __m128i *)(from + step), (const __m128i *)from);
    const __m256i high = _mm256_loadu2_m128i((const __m128i *)(from + 3 * step), (const __m128i *)(from + 2 * step));
    pixels = _mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1);
  }
  _mm512_store_si512(to, _mm512_shuffle_epi8(_mm512_permutexvar_epi32(dwords, pixels), bytes));
}
/** The same of the halfwords of two pixels, `step` halfwords apart. */
static inline __attribute__((always_inline)) void words_halves(const int16_t *from, uint64_t step, int32_t *to) {
  const __m512i pixels = _mm512_inserti64x4(_mm512_castsi256_si512(_mm256_loadu_si256((const __m256i *)from)),
                                            _mm256_loadu_si256((const __m256i *)(from + step)), 1);
  const __m512i halves = _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23, 7, 22, 6, 21, 5, 20, 4,
                                          19, 3, 18, 2, 17, 1, 16, 0);
  _mm512_store_si512(to, _mm512_permutexvar_epi16(halves, pixels));
}
#define OWN_WORDS
#define words_of_bytes(from) ((ivec)_mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)(from))))
#define words_of_halves(from) ((ivec)_mm512_cvtepi16_epi32(_mm256_loadu_si256((const __m256i *)(from))))
#define halves_of_bytes(from) ((hvec)_mm512_cvtepu8_epi16(_mm256_loadu_si256((const __m256i *)(from))))
#endif

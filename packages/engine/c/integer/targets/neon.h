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

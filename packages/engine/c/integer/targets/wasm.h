// Integers of WebAssembly, with the relaxed dot product where the compiler may use it.
typedef int16_t hvec __attribute__((vector_size(16), may_alias));
typedef uint8_t bytes_of_hvec __attribute__((vector_size(8)));
#define HL 8 // halfwords of a vector
#define hscale(a, b) ((hvec)wasm_i16x8_q15mulr_sat((v128_t)(a), (v128_t)(b)))
#define hmin(a, b) ((hvec)wasm_i16x8_min((v128_t)(a), (v128_t)(b)))
#define hmax(a, b) ((hvec)wasm_i16x8_max((v128_t)(a), (v128_t)(b)))
#define isplat(word) ((ivec)wasm_i32x4_splat(word))
#if defined(__wasm_relaxed_simd__)
#define dot_bytes(sum, values, weights) \
  ((ivec)wasm_i32x4_relaxed_dot_i8x16_i7x16_add((v128_t)(weights), (v128_t)(values), (v128_t)(sum)))
#define DOT_BYTES 127 // the largest byte whose products are exact: of seven bits
#endif

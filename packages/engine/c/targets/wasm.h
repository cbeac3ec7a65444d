#include <wasm_simd128.h>
#define VL 4
typedef float vec __attribute__((vector_size(16), may_alias));
typedef int32_t ivec __attribute__((vector_size(16), may_alias));
#if defined(__wasm_relaxed_simd__)
#define madd(a, b, c) ((vec)wasm_f32x4_relaxed_madd((v128_t)(a), (v128_t)(b), (v128_t)(c)))
#else
#define madd(a, b, c) ((a) * (b) + (c))
#endif
#define vmin(a, b) ((vec)wasm_f32x4_pmin((v128_t)(b), (v128_t)(a))) // one instruction on x86, where min is seven
#define vmax(a, b) ((vec)wasm_f32x4_pmax((v128_t)(b), (v128_t)(a)))
#define WIDE(BLOCKS) 2
// Pixels × 8 outputs: V8 has 16 registers, and spills beyond eight sums. A product that is added in two steps takes one more meanwhile.
#if defined(__wasm_relaxed_simd__)
enum { LARGEST_SINGLE = 4 };
#define TILES(TILE) TILE(1) TILE(2) TILE(3) TILE(4)
#else
enum { LARGEST_SINGLE = 3 };
#define TILES(TILE) TILE(1) TILE(2) TILE(3)
#endif
enum { DEPTH_PIXELS = 7, FEW_PIXELS = 7 }; // of one row, depthwise
#define NO_UNROLLING 1 // of the product's inner loop: V8 would spill
#define splat(value) ((vec)wasm_f32x4_splat(value))
#define multiply_pairs(a, b) ((ivec)wasm_i32x4_dot_i16x8((v128_t)(a), (v128_t)(b))) // a₀b₀ + a₁b₁ of 16 bits, in 32
#if defined(PN_WITHOUT_FLOATS)
#define KERNELS(ROW) ROW(3, 1) ROW(3, 2) ROW(5, 1) // depthwise, with strides, that have code of their own
#endif

#if !defined(PN_WITHOUT_INTEGERS)
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
#endif

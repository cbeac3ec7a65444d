// What the kernels know of a target: vectors of VL floats, a multiply-add, and how many pixels a register tile holds; of integers see
// integer/vector.h.
#pragma once
#include <stdint.h>

#if defined(__AVX512F__) && !defined(PN_BOARD)
#include "targets/avx512.h"
#elif defined(__AVX2__) && defined(__FMA__)
#include "targets/avx2.h"
#elif defined(__SSE4_1__)
#include "targets/sse4.h"
#elif defined(__ARM_NEON)
#include "targets/neon.h"
#elif defined(__wasm_simd128__)
#include "targets/wasm.h"
#else
#include "targets/plain.h"
#endif

#define VECTORS (PN_LANES / VL) // of one pixel's block
#if !defined(bits_of)
#define bits_of(value) ((ivec)(value))
#define from_bits(bits) ((vec)(bits))
#endif

static inline __attribute__((always_inline)) vec load(const float *from) { return *(const vec *)from; }
static inline __attribute__((always_inline)) void store(float *to, vec value) { *(vec *)to = value; }

#define UNROLL _Pragma("GCC unroll 32")
#if defined(NO_UNROLLING)
#define NO_UNROLL _Pragma("clang loop unroll(disable)")
#else
#define NO_UNROLL
#endif

#if !defined(WIDE)
#define WIDE(BLOCKS) ((BLOCKS) * VECTORS) // vectors of outputs whose sums are held at a time
#endif
#if defined(LARGEST_PAIR)
enum { LARGEST_SINGLE = LARGEST_PAIR };
#endif
#if !defined(KERNELS)
#define KERNELS(ROW) ROW(3, 1) ROW(3, 2) ROW(5, 1) ROW(5, 2) ROW(7, 1) ROW(7, 2) // depthwise, with strides, that have code of their own
#endif

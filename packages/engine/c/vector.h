// What the kernels know of a target: vectors of VL floats, a multiply-add, and how many pixels a register tile holds.
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

// What the kernels of integers know of a target: vectors of HL halfwords, their rounded product, sums of products of words, and how numbers
// become narrower or wider.
#pragma once

#if defined(__AVX512F__)
#include "targets/avx512.h"
#elif defined(__AVX2__) && defined(__FMA__)
#include "targets/avx2.h"
#elif defined(__SSE4_1__)
#include "targets/sse4.h"
#elif defined(__ARM_NEON)
#include "targets/neon.h"
#elif defined(__wasm_simd128__)
#include "targets/wasm.h"
#endif

#if !defined(dot_halves) // sum + Σ value · weight of each word's two halfwords; of its four bytes, dot_bytes
#define dot_halves(sum, values, weights) ((sum) + multiply_pairs(values, weights))
#endif

// What the kernels of integers take of a target's header: vectors of HL halfwords, their rounded product, sums of products of words, and how
// numbers become narrower or wider; and what stands for what it lacks.
#pragma once

#if !defined(dot_halves) // sum + Σ value · weight of each word's two halfwords; of its four bytes, dot_bytes
#define dot_halves(sum, values, weights) ((sum) + multiply_pairs(values, weights))
#endif

#if defined(PN_BOARD) && (!defined(DOT_BYTES) || DOT_BYTES < 255)
// Tiles of bytes, whatever the processor: of each word the even bytes, then the odd ones, as halfwords.
static inline __attribute__((always_inline)) ivec dot_bytes_as_halves(ivec sum, ivec values, ivec weights) {
  const ivec even = dot_halves(sum, values & isplat(0x00ff00ff), (ivec)((hvec)(weights << 8) >> 8));
  return dot_halves(even, (values >> 8) & isplat(0x00ff00ff), (ivec)((hvec)weights >> 8));
}
#undef dot_bytes
#undef DOT_BYTES
#define dot_bytes dot_bytes_as_halves
#define DOT_BYTES 255
#endif

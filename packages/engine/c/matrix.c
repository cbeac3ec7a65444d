// All inner products of two blocks of vectors, by the product of nodes: left vectors are its pixels, sixteen right ones its block of outputs.

/** Floats of scratch memory, and pointers, that a product takes. */
PN_API uint64_t pn_matrix_bytes(uint32_t lefts, uint32_t width) {
  const uint64_t blocks = (width + PN_LANES - 1) / PN_LANES;
  return (blocks * lefts + blocks * PN_LANES + lefts) * PN_LANES * sizeof(float) + blocks * sizeof(float *);
}

/** scores[p · rights + g] = Σₖ left[p · width + k] · right[g · width + k]; `scratch` is of pn_matrix_bytes, aligned to 64. */
PN_API void pn_matrix_product(const float *left, uint32_t lefts, const float *right, uint32_t rights, uint32_t width,
                              float *scores, void *scratch) {
  const uint32_t blocks = (width + PN_LANES - 1) / PN_LANES;
  float *values = scratch, *weights = values + (uint64_t)blocks * lefts * PN_LANES;
  float *sums = weights + (uint64_t)blocks * PN_LANES * PN_LANES;
  const float **segments = (const float **)(sums + (uint64_t)lefts * PN_LANES);
  for (uint32_t b = 0; b < blocks; b++) {
    float *to = values + (uint64_t)b * lefts * PN_LANES;
    const uint32_t lanes = smaller(PN_LANES, width - b * PN_LANES);
    segments[b] = to;
    for (uint32_t p = 0; p < lefts; p++)
      for (uint32_t k = 0; k < PN_LANES; k++)
        to[p * PN_LANES + k] = k < lanes ? left[(uint64_t)p * width + b * PN_LANES + k] : 0;
  }
  for (uint32_t g = 0; g < rights; g += PN_LANES) {
    const uint32_t columns = smaller(PN_LANES, rights - g);
    for (uint32_t k = 0; k < blocks * PN_LANES; k++)
      for (uint32_t column = 0; column < PN_LANES; column++)
        weights[k * PN_LANES + column] = k < width && column < columns ? right[(uint64_t)(g + column) * width + k] : 0;
    multiply_pixels((product){.segments = segments, .count = blocks, .weights = {weights}, .out = {sums}}, 1, lefts);
    for (uint32_t p = 0; p < lefts; p++)
      for (uint32_t column = 0; column < columns; column++)
        scores[(uint64_t)p * rights + g + column] = sums[p * PN_LANES + column];
  }
}

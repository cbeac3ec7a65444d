// Words of taps: the same lane of pixels side by side, as the products on integers take them.

#if !defined(OWN_WORDS)
typedef uint8_t b16 __attribute__((vector_size(16)));
typedef int16_t h8 __attribute__((vector_size(16)));

#define ZIP_HALVES(low, a, b)                                                                                        \
  (low ? __builtin_shufflevector((h8)(a), (h8)(b), 0, 8, 1, 9, 2, 10, 3, 11)                                         \
       : __builtin_shufflevector((h8)(a), (h8)(b), 4, 12, 5, 13, 6, 14, 7, 15))

#if defined(DOT_BYTES)
/** 16 lanes' words of the bytes of four pixels, `step` bytes apart. */
static inline __attribute__((always_inline)) void words_bytes(const uint8_t *from, uint64_t step, int32_t *to) {
  b16 pixels[4];
  for (int i = 0; i < 4; i++) __builtin_memcpy(&pixels[i], from + i * step, 16);
#define ZIP(low, a, b)                                                                                               \
  (low ? __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)                       \
       : __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31))
  const b16 first = ZIP(1, pixels[0], pixels[1]), second = ZIP(1, pixels[2], pixels[3]);
  const b16 third = ZIP(0, pixels[0], pixels[1]), fourth = ZIP(0, pixels[2], pixels[3]);
#undef ZIP
  const h8 words[4] = {ZIP_HALVES(1, first, second), ZIP_HALVES(0, first, second), ZIP_HALVES(1, third, fourth),
                       ZIP_HALVES(0, third, fourth)};
  __builtin_memcpy(to, words, sizeof words);
}
#endif

/** 16 lanes' words of the halfwords of two pixels, `step` halfwords apart. */
static inline __attribute__((always_inline)) void words_halves(const int16_t *from, uint64_t step, int32_t *to) {
  h8 first[2], second[2];
  __builtin_memcpy(first, from, sizeof first);
  __builtin_memcpy(second, from + step, sizeof second);
  const h8 words[4] = {ZIP_HALVES(1, first[0], second[0]), ZIP_HALVES(0, first[0], second[0]),
                       ZIP_HALVES(1, first[1], second[1]), ZIP_HALVES(0, first[1], second[1])};
  __builtin_memcpy(to, words, sizeof words);
}
#undef ZIP_HALVES
#endif

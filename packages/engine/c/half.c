// IEEE 754 binary16 to float: exponent and fraction moved into a float's places are the number times 2⁻¹¹², subnormals too.
static inline float from_half(uint16_t half) {
  union {
    uint32_t bits;
    float value;
  } moved = {(uint32_t)(half & 0x7fff) << 13}, result = {0};
  result.value = moved.value * 0x1p112f;
  result.bits |= (uint32_t)(half & 0x8000) << 16 | ((half & 0x7c00) == 0x7c00 ? 0x7f800000u : 0); // infinities, NaN
  return result.value;
}

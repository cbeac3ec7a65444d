// IEEE 754 binary16 to float.
static float from_half(uint16_t half) {
  uint32_t sign = (uint32_t)(half & 0x8000u) << 16, exponent = (half >> 10) & 31, fraction = half & 1023;
  union {
    uint32_t bits;
    float value;
  } result;
  if (exponent == 0) { // zero or subnormal: fraction · 2⁻²⁴
    result.value = (float)fraction * 5.9604644775390625e-8f;
    result.bits |= sign;
  } else
    result.bits = sign | (exponent == 31 ? 0x7f800000u : (exponent + 112) << 23) | (fraction << 13);
  return result.value;
}

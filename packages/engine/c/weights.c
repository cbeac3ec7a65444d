// Weights as floats. Boards read halves where they lie, and make floats of as many as are multiplied next.

/** `count` weights of a tensor from `first` on. */
static const float *weights_of(const pn_state *state, uint32_t tensor, uint64_t first, uint64_t count) {
#if defined(PN_BOARD)
  if (state->tensors[tensor].dtype == PN_DTYPE_FLOAT16) {
    const uint16_t *halves = (const uint16_t *)state->values[tensor] + first;
    float *floats = state->arena + state->halves_offset;
    for (uint64_t i = 0; i < count; i++) floats[i] = from_half(halves[i]);
    return floats;
  }
#else
  (void)count;
#endif
  return (const float *)state->values[tensor] + first;
}

// Patches of the image: under a window's row lie width · channels numbers one after the other, so that a pixel's lanes are a few runs of
// them.

/** Copies a run; where four fit, by fours of which the last may overlap. */
static inline __attribute__((always_inline)) void OF(copy_run)(ELEMENT *to, const ELEMENT *from, uint32_t count) {
  if (count < 4) {
    for (uint32_t i = 0; i < count; i++) to[i] = from[i];
    return;
  }
  for (uint32_t i = 0; i + 4 <= count; i += 4) __builtin_memcpy(to + i, from + i, 4 * sizeof(ELEMENT));
  __builtin_memcpy(to + count - 4, from + count - 4, 4 * sizeof(ELEMENT));
}

/** Lane `lane` and the `count` after it of `columns` pixels from output column x on, image row y: numbers `first` … of a window's row. */
static void OF(fill_run)(const pn_state *state, const pn_source *s, int64_t y, uint32_t x, uint32_t columns, uint32_t first,
                     uint32_t count, ELEMENT *to) {
  const int64_t channels = state->header->channels, stride = s->stride_x, width = state->width;
  const int64_t from_tap = first / channels, to_tap = (first + count - 1) / channels;
  const ELEMENT *row = (const ELEMENT *)(state->arena + state->image_offset) + y * width * channels;
  // Columns whose taps all lie inside the image; the others are looked at number by number.
  const int64_t begin = within((s->left - from_tap + stride - 1) / stride, x, x + columns);
  const int64_t room = width - 1 - to_tap + s->left; // below 0 even column 0 sees what is off the image
  const int64_t end = within(room < 0 ? 0 : room / stride + 1, begin, x + columns);
  for (int64_t column = x; column < x + columns; column++, to += PN_LANES) {
    const int64_t offset = (column * stride - s->left) * channels + first;
    if (column >= begin && column < end) OF(copy_run)(to, row + offset, count);
    else
      for (uint32_t i = 0; i < count; i++)
        if (offset + i >= 0 && offset + i < width * channels) to[i] = row[offset + i];
  }
}

/** Block b of a patch source for `columns` pixels of output row y from x on; what is off the image stays as it is. */
static void OF(fill_patches)(const pn_state *state, const pn_source *s, uint32_t b, uint32_t y, uint32_t x,
                         uint32_t columns, ELEMENT *to) {
  const uint32_t run = s->kernel_width * state->header->channels;
  const uint32_t begin = b * PN_LANES, end = begin + PN_LANES;
  for (uint32_t ky = 0; ky < s->kernel_height; ky++) {
    const uint32_t first = ky * run > begin ? ky * run : begin, last = smaller((ky + 1) * run, end);
    const int64_t row = (int64_t)y * s->stride_y + ky - s->top;
    if (first < last && row >= 0 && row < state->height)
      OF(fill_run)(state, s, row, x, columns, first - ky * run, last - first, to + first - begin);
  }
}

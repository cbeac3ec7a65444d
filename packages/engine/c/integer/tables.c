// What integer steps need beside weights, worked out once when a plan is loaded: by lane, as rows of 16 numbers for each block.

/** Rows of one block of `finish`: `real`, what a sum's unit is worth; `offset`, what is to be added to a sum. */
static void fill_finish(const pn_state *state, float *rows, const float *real, const float *offset, const float *bias,
                        const float *into, const float *addend, const activation *post, uint32_t block) {
  const levels l = levels_of(state->arithmetic);
  for (uint32_t lane = 0; lane < PN_LANES; lane++) {
    const level out = into ? level_of(state->arithmetic, into, lane) : (level){1, 0};
    const float per = 1 / out.scale;
    float factor = 1, added = 0;
    if (into && post->kind == PN_ACTIVATION_AFFINE) {
      factor = post->values[(uint64_t)block * 2 * PN_LANES + lane];
      added = post->values[((uint64_t)block * 2 + 1) * PN_LANES + lane];
    }
    float *row = rows + lane;
    float shift = (((bias ? bias[lane] : 0) + real[lane] * offset[lane]) * factor + added) * per + out.zero;
    row[FINISH_SCALE * PN_LANES] = real[lane] * factor * per;
    row[FINISH_LOW * PN_LANES] = into ? l.low : -__builtin_inff();
    row[FINISH_HIGH * PN_LANES] = into ? l.high : __builtin_inff();
    row[FINISH_REST * PN_LANES] = 0;
    row[FINISH_ZERO * PN_LANES] = out.zero;
    row[FINISH_ADDEND * PN_LANES] = 0;
    if (addend) {
      const level other = level_of(state->arithmetic, addend, lane);
      row[FINISH_ADDEND * PN_LANES] = other.scale * factor * per;
      shift -= other.zero * (other.scale * factor * per);
    }
    row[FINISH_SHIFT * PN_LANES] = shift;
    if (!into) continue; // floats are activated as floats
    float *low = row + FINISH_LOW * PN_LANES, *high = row + FINISH_HIGH * PN_LANES;
    if (post->kind == PN_ACTIVATION_RELU && out.zero > *low) *low = out.zero;
    if (post->kind == PN_ACTIVATION_PRELU) row[FINISH_REST * PN_LANES] = post->values[(uint64_t)block * PN_LANES + lane] - 1;
    if (post->kind == PN_ACTIVATION_CLIP) {
      const float least = post->low * per + out.zero, most = post->high * per + out.zero;
      if (least > *low) *low = least;
      if (most < *high) *high = most;
    }
  }
}

/** Rows of one block of a map from levels to levels, through an activation. */
static void fill_map(const pn_state *state, int16_t *rows, const float *from, const pn_source *s, uint32_t block) {
  const activation own = PRE(state, s), *pre = &own;
  const levels l = levels_of(state->arithmetic);
  const float one = (float)(1 << (15 - l.shift));
  for (uint32_t lane = 0; lane < PN_LANES; lane++) {
    const level in = level_of(state->arithmetic, from, lane);
    const level out = taken_level(state, s, (uint64_t)block * PN_LANES + lane);
    float all = in.scale / out.scale, below = all, base = out.zero, low = l.low, high = l.high;
    switch (pre->kind) {
      case PN_ACTIVATION_RELU: below = 0; break;
      case PN_ACTIVATION_PRELU: below = all * pre->values[(uint64_t)block * PN_LANES + lane]; break;
      case PN_ACTIVATION_CLIP:
        if (pre->low / out.scale + out.zero > low) low = nearest(pre->low / out.scale) + out.zero;
        if (pre->high / out.scale + out.zero < high) high = nearest(pre->high / out.scale) + out.zero;
        break;
      case PN_ACTIVATION_AFFINE: {
        const float *values = pre->values + (uint64_t)block * 2 * PN_LANES + lane;
        all = below = values[0] * in.scale / out.scale;
        base += nearest(values[PN_LANES] / out.scale);
        break;
      }
    }
    for (uint32_t at = lane; at < MAP_LANES; at += PN_LANES) {
      int16_t *row = rows + at;
      row[MAP_ZERO * MAP_LANES] = halfword(in.zero);
      row[MAP_ALL * MAP_LANES] = halfword(all * one);
      row[MAP_BELOW * MAP_LANES] = halfword((float)halfword(below * one) - (float)halfword(all * one));
      row[MAP_BASE * MAP_LANES] = halfword(base);
      row[MAP_LOW * MAP_LANES] = halfword(low);
      row[MAP_HIGH * MAP_LANES] = halfword(high);
      row[MAP_PAD * MAP_LANES] = halfword(out.zero);
    }
  }
}

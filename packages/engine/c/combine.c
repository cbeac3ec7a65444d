// Pixel by pixel: a source as it is activated, or two of them combined.

#define EACH_PAIR(expression)                                                     \
  for (uint64_t i = 0; i < count; i += VL) {                                      \
    const vec a = load(out + i), b = load(other + i);                             \
    store(out + i, (expression));                                                 \
  }

static void combine_row(float *out, const float *other, uint64_t count, uint32_t mode) {
  switch (mode) {
    case PN_COMBINE_ADD: EACH_PAIR(a + b) break;
    case PN_COMBINE_SUBTRACT: EACH_PAIR(a - b) break;
    case PN_COMBINE_MULTIPLY: EACH_PAIR(a * b) break;
    case PN_COMBINE_MAX: EACH_PAIR(vmax(b, a)) break;
    case PN_COMBINE_MIN: EACH_PAIR(vmin(b, a)) break;
  }
}

/** Row y of a point source, activated. */
static void point_row(const pn_state *state, const pn_source *s, uint32_t block, uint32_t y, uint32_t pixels,
                      float *to) {
  const activation pre = PRE(state, s);
  const uint64_t row = (uint64_t)((int64_t)y * s->stride_y - s->top), column = (uint64_t)(-(int64_t)s->left);
  const float *from = fetch_row(state, s->buffer, s->block + block, row * state->planes[s->buffer].width + column, s->stride_x,
                                pixels, to);
  activate(from, PN_LANES, to, pixels, &pre, block);
}

static void run_combine(const pn_state *state, const pn_step *p, const pn_shape *shape) {
  const pn_source *s = &state->sources[p->first_source];
  const activation post = POST(state, p);
  const uint64_t row = (uint64_t)shape->width * PN_LANES;
  float *other = state->arena + state->scratch_offset, *made = other + row;
  for (uint32_t b = 0; b < p->blocks; b++)
    for (uint32_t y = 0; y < shape->height; y++) {
      const uint64_t pixel = (uint64_t)y * shape->width;
      float *out = room_for_row(state, p->buffer, p->block + b, pixel, made);
      point_row(state, s, b, y, shape->width, out);
      if (p->source_count == 2) {
        point_row(state, s + 1, b, y, shape->width, other);
        combine_row(out, other, row, p->mode);
      }
      activate(out, PN_LANES, out, shape->width, &post, b);
      keep_row(state, p->buffer, p->block + b, pixel, out, shape->width);
    }
}

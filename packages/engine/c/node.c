// A node of the network: every source fills its blocks of a tile of pixels (as it is, depthwise, by taps), and one product over all
// that is stacked there makes the outputs. Tiles are whole rows, or a part of one; a tile with more blocks than CHUNK is
// multiplied chunk by chunk.

typedef struct {
  const pn_state *state;
  const pn_step *step;
  const pn_shape *shape;
  float *tile; // [block of the chunk][pixel][16]
  const float *segments[CHUNK];
  uint32_t filled, done; // blocks in the chunk, and before it
  uint32_t y, x, rows, columns;
} node;

/** Multiplies the chunk; the last one brings bias' and addend's share along and is activated. */
static void multiply(node *n) {
  const pn_state *state = n->state;
  const pn_step *p = n->step;
  const int first = n->done == 0, last = n->done + n->filled == n->shape->lanes;
  const uint32_t pixels = n->rows * n->columns;
  const uint64_t at = ((uint64_t)n->y * n->shape->width + n->x) * PN_LANES;
  const uint64_t plane = plane_floats(&state->planes[p->buffer]);
  const uint64_t panel = (uint64_t)n->shape->lanes * PN_LANES * PN_LANES; // the weights of one block of outputs
  const uint64_t done = (uint64_t)n->done * PN_LANES * PN_LANES, count = (uint64_t)n->filled * PN_LANES * PN_LANES;
  const float *bias = first && p->bias != PN_NONE ? state->values[p->bias] : 0;
  float *out = planes_at(state, p->buffer, p->block) + at;
  const float *start = first ? (p->addend_buffer == PN_NONE ? 0 : planes_at(state, p->addend_buffer, p->addend_block) + at) : out;
  const activation post = POST(state, p);
  for (uint32_t b = 0; b < p->blocks;) {
    product j = {n->segments, n->filled, 0, {weights_of(state, p->weight, b * panel + done, count)}, {bias ? bias + b * PN_LANES : 0},
                 {start ? start + b * plane : 0}, {out + b * plane}};
    uint32_t blocks = 1;
#if defined(LARGEST_PAIR)
    if (b + 1 < p->blocks) {
      blocks = 2;
      j.weights[1] = j.weights[0] + panel;
      j.bias[1] = bias ? j.bias[0] + PN_LANES : 0;
      j.start[1] = start ? j.start[0] + plane : 0;
      j.out[1] = j.out[0] + plane;
    }
#endif
    multiply_pixels(j, (int)blocks, pixels);
    if (last && post.kind != PN_ACTIVATION_NONE)
      for (uint32_t i = 0; i < blocks; i++) activate(j.out[i], PN_LANES, j.out[i], pixels, &post, b + i);
    b += blocks;
  }
  n->done += n->filled;
  n->filled = 0;
}

/** Where the next block of the tile goes. */
static float *next_block(node *n) { return n->tile + (uint64_t)n->filled * n->rows * n->columns * PN_LANES; }

static void stack(node *n, const float *segment) {
  n->segments[n->filled++] = segment;
  if (n->filled == CHUNK) multiply(n);
}

static void stack_points(node *n, const pn_source *s) {
  const pn_planes *planes = &n->state->planes[s->buffer];
  const activation pre = PRE(n->state, s);
  for (uint32_t b = 0; b < s->blocks; b++) {
    const float *plane = planes_at(n->state, s->buffer, s->block + b);
    if (is_direct(s)) {
      stack(n, plane + ((uint64_t)n->y * n->shape->width + n->x) * PN_LANES);
      continue;
    }
    float *to = next_block(n);
    for (uint32_t row = 0; row < n->rows; row++, to += n->columns * PN_LANES) {
      const uint64_t y = (uint64_t)((int64_t)(n->y + row) * s->stride_y - s->top);
      const uint64_t x = (uint64_t)((int64_t)n->x * s->stride_x - s->left);
      activate(plane + (y * planes->width + x) * PN_LANES, s->stride_x * PN_LANES, to, n->columns, &pre, b);
    }
    stack(n, next_block(n));
  }
}

/** Rows of what is padded that a tile's windows see the last of, and one. */
static uint32_t rows_end(const node *n, const pn_source *s) {
  return (n->y + n->rows - 1) * s->stride_y + (s->kernel_height - 1) * s->dilation_y + 1;
}

static void stack_depthwise(node *n, ring *r) {
  const uint32_t end = rows_end(n, r->source);
  for (uint32_t b = 0; b < r->source->blocks; b++) {
    fill_ring(r, b, end);
    float *to = next_block(n);
    for (uint32_t row = 0; row < n->rows; row++, to += n->columns * PN_LANES)
      depthwise_from_ring(n->state, r, b, n->y + row, n->x, n->columns, to);
    stack(n, next_block(n));
  }
  r->seen = end;
}

static void stack_taps(node *n, ring *r) {
  const pn_source *s = r->source;
  const uint32_t end = rows_end(n, s);
  const activation none = {PN_ACTIVATION_NONE, 0, 0, 0};
  for (uint32_t b = 0; b < s->blocks; b++) {
    fill_ring(r, b, end);
    for (uint32_t ky = 0; ky < s->kernel_height; ky++)
      for (uint32_t kx = 0; kx < s->kernel_width; kx++) {
        float *to = next_block(n);
        for (uint32_t row = 0; row < n->rows; row++, to += n->columns * PN_LANES) {
          const float *from = ring_row(r, b, (n->y + row) * s->stride_y + ky * s->dilation_y);
          const uint64_t x = (uint64_t)n->x * s->stride_x + kx * s->dilation_x;
          activate(from + x * PN_LANES, s->stride_x * PN_LANES, to, n->columns, &none, b);
        }
        stack(n, next_block(n));
      }
  }
  r->seen = end;
}

static void stack_patches(node *n, const pn_source *s) {
  for (uint32_t b = 0; b < s->blocks; b++) {
    float *to = next_block(n);
    clear(to, (uint64_t)n->rows * n->columns);
    for (uint32_t row = 0; row < n->rows; row++)
      fill_patches(n->state, s, b, n->y + row, n->x, n->columns, to + (uint64_t)row * n->columns * PN_LANES);
    stack(n, to);
  }
}

static void stack_source(node *n, const pn_source *s, ring *r) {
  switch (s->kind) {
    case PN_SOURCE_POINT: stack_points(n, s); break;
    case PN_SOURCE_PATCH: stack_patches(n, s); break;
    case PN_SOURCE_DEPTH: stack_depthwise(n, r); break;
    default: stack_taps(n, r);
  }
}

/** Steps that run side by side: a tile of each, then the next one, so that what several of them take is still near. */
static void run_nodes(const pn_state *state, uint32_t first, uint32_t count) {
  const pn_shape *shape = &state->shapes[first];
  float *tile = state->arena + state->scratch_offset, *rows = tile + state->tile_floats;
  ring rings[PN_RINGS]; // of all of them, one after the other behind the tile
  uint32_t ring_count = 0;
  for (uint32_t i = first; i < first + count; i++) {
    const pn_step *p = &state->steps[i];
    for (uint32_t s = 0; s < p->source_count; s++) {
      const pn_source *source = &state->sources[p->first_source + s];
      if (!needs_ring(source)) continue;
      rings[ring_count] = open_ring(state, source, shape->rows, shape->width, rows);
      rows += rings[ring_count++].block_floats * source->blocks;
    }
  }
  for (uint32_t y = 0; y < shape->height; y += shape->rows)
    for (uint32_t x = 0; x < shape->width; x += shape->columns) {
      ring *next = rings;
      for (uint32_t i = first; i < first + count; i++) {
        const pn_step *p = &state->steps[i];
        node n = {state, p, &state->shapes[i], tile, {0}, 0, 0, y, x, smaller(shape->rows, shape->height - y),
                  smaller(shape->columns, shape->width - x)};
        for (uint32_t s = 0; s < p->source_count; s++) {
          const pn_source *source = &state->sources[p->first_source + s];
          stack_source(&n, source, next);
          next += needs_ring(source);
        }
        if (n.filled > 0) multiply(&n);
      }
    }
}

/** A depthwise convolution alone: block by block, row by row. */
static void run_spatial(const pn_state *state, const pn_step *p, const pn_shape *shape) {
  const pn_source *s = &state->sources[p->first_source];
  const activation post = POST(state, p);
  for (uint32_t b = 0; b < p->blocks; b++) {
    ring r = open_ring(state, s, 1, shape->width, state->arena + state->scratch_offset);
    r.first_block = b;
    float *out = planes_at(state, p->buffer, p->block + b);
    for (uint32_t y = 0; y < shape->height; y++, out += (uint64_t)shape->width * PN_LANES) {
      r.seen = fill_ring(&r, 0, y * s->stride_y + (s->kernel_height - 1) * s->dilation_y + 1);
      depthwise_from_ring(state, &r, 0, y, 0, shape->width, out);
      activate(out, PN_LANES, out, shape->width, &post, b);
    }
  }
}

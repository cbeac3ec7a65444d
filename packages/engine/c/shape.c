// What follows from the image's height and width: each step's, and whether all that it names exists, fits and has been written.

typedef struct {
  pn_state *state;
  pn_refusal *refusal;
  uint32_t step;
} checking;

#define REFUSE_STEP(what) return refuse(c->refusal, PN_REFUSED_##what, PN_IN_STEP, c->step)
#define REFUSE_SOURCE(what, s) return refuse(c->refusal, PN_REFUSED_##what, PN_IN_SOURCE, (uint32_t)((s) - c->state->sources))

static int has_tensor(const pn_state *state, uint32_t tensor, uint64_t count) {
  return tensor < state->header->tensor_count && state->tensors[tensor].count == count;
}

/** A tensor that is taken as floats. */
static int has_values(const pn_state *state, uint32_t tensor, uint64_t count) {
  return has_tensor(state, tensor, count) && state->tensors[tensor].dtype != PN_DTYPE_INT8;
}

static int may_have_values(const pn_state *state, uint32_t tensor, uint64_t count) {
  return tensor == PN_NONE || has_values(state, tensor, count);
}

/** Weights, and of int8 the scales of `lanes` channels. */
static int has_weights(const pn_state *state, uint32_t tensor, uint64_t count, uint32_t scales, uint64_t lanes) {
  if (!has_tensor(state, tensor, count)) return 0;
  return state->tensors[tensor].dtype == PN_DTYPE_INT8 ? has_values(state, scales, lanes) : scales == PN_NONE;
}

/** Whether what a source gives has levels, which weights of int8 are told in. */
static int gives_levels(const pn_state *state, const pn_source *s) {
  if (s->kind == PN_SOURCE_PATCH) return 1; // the image's
  if (s->kind == PN_SOURCE_DEPTH) return s->post_levels != PN_NONE;
  return (s->pre_kind != PN_ACTIVATION_NONE && s->pre_levels != PN_NONE) || state->buffers[s->buffer].levels != PN_NONE;
}

static int activation_fits(const pn_state *state, uint32_t kind, uint32_t tensor, uint64_t blocks) {
  switch (kind) {
    case PN_ACTIVATION_NONE:
    case PN_ACTIVATION_RELU:
    case PN_ACTIVATION_CLIP:
    case PN_ACTIVATION_SIGMOID:
      return 1;
    case PN_ACTIVATION_PRELU:
      return has_values(state, tensor, blocks * PN_LANES);
    case PN_ACTIVATION_AFFINE:
      return has_values(state, tensor, 2 * blocks * PN_LANES);
    default:
      return 0;
  }
}

/** Blocks that a step before this one has written; they live on until now. */
static int read_blocks(checking *c, uint32_t buffer, uint32_t block, uint32_t blocks) {
  pn_state *state = c->state;
  pn_planes *planes = &state->planes[buffer];
  for (uint32_t b = block; b < block + blocks; b++)
    if (!state->marks[planes->written + b]) return 0;
  planes->last = c->step;
  return 1;
}

static int range_fits(const pn_state *state, uint32_t buffer, uint32_t block, uint32_t blocks) {
  return buffer < state->header->buffer_count && blocks >= 1 &&
         (uint64_t)block + blocks <= state->buffers[buffer].blocks;
}

static int window_fits(const pn_source *s) {
  const int32_t most = (int32_t)PN_MOST_SIDE;
  const int32_t pads[4] = {s->top, s->left, s->bottom, s->right};
  for (int i = 0; i < 4; i++)
    if (pads[i] < -most || pads[i] > most) return 0;
  return s->kernel_height >= 1 && s->kernel_height <= PN_MOST_KERNEL && s->kernel_width >= 1 &&
         s->kernel_width <= PN_MOST_KERNEL && s->stride_y >= 1 && s->stride_y <= PN_MOST_STRIDE && s->stride_x >= 1 &&
         s->stride_x <= PN_MOST_STRIDE && s->dilation_y >= 1 && s->dilation_y <= PN_MOST_DILATION &&
         s->dilation_x >= 1 && s->dilation_x <= PN_MOST_DILATION;
}

/** How often a window fits into a side; 0 where not at all. */
static uint32_t places(int64_t side, int32_t before, int32_t after, uint32_t kernel, uint32_t stride,
                       uint32_t dilation) {
  int64_t room = side + before + after - ((int64_t)(kernel - 1) * dilation + 1);
  return room < 0 ? 0 : (uint32_t)(room / stride) + 1;
}

/** One source: sound, written, and of the height and width that the step has so far (0: none yet). */
static int check_source(checking *c, const pn_source *s, pn_shape *shape) {
  pn_state *state = c->state;
  const int image = s->kind == PN_SOURCE_PATCH;
  if (s->kind < PN_SOURCE_POINT || s->kind > PN_SOURCE_PATCH) REFUSE_SOURCE(KIND, s);
  if (!window_fits(s)) REFUSE_SOURCE(GEOMETRY, s);
  uint32_t height = state->height, width = state->width;
  const uint64_t taps = (uint64_t)s->kernel_height * s->kernel_width;
  if (image) {
    if (s->blocks != (taps * state->header->channels + PN_LANES - 1) / PN_LANES) REFUSE_SOURCE(GEOMETRY, s);
    if (s->pre_kind != PN_ACTIVATION_NONE || s->dilation_y != 1 || s->dilation_x != 1) REFUSE_SOURCE(KIND, s);
  } else {
    if (!range_fits(state, s->buffer, s->block, s->blocks)) REFUSE_SOURCE(RANGE, s);
    if (!read_blocks(c, s->buffer, s->block, s->blocks)) REFUSE_SOURCE(UNWRITTEN, s);
    height = state->planes[s->buffer].height;
    width = state->planes[s->buffer].width;
    if (!activation_fits(state, s->pre_kind, s->pre_tensor, s->blocks) ||
        !may_have_values(state, s->pre_levels, 2ull * s->blocks * PN_LANES))
      REFUSE_SOURCE(WEIGHTS, s);
  }
  if (s->kind == PN_SOURCE_POINT) {
    if (taps != 1 || s->top > 0 || s->left > 0 || s->bottom > 0 || s->right > 0) REFUSE_SOURCE(GEOMETRY, s);
  }
  if (s->kind == PN_SOURCE_DEPTH) {
    if (!has_weights(state, s->weight, s->blocks * taps * PN_LANES, s->weight_scales, (uint64_t)s->blocks * PN_LANES) ||
        !may_have_values(state, s->bias, (uint64_t)s->blocks * PN_LANES) ||
        !may_have_values(state, s->post_levels, 2ull * s->blocks * PN_LANES) ||
        !activation_fits(state, s->post_kind, s->post_tensor, s->blocks))
      REFUSE_SOURCE(WEIGHTS, s);
  }
  uint32_t rows = places(height, s->top, s->bottom, s->kernel_height, s->stride_y, s->dilation_y);
  uint32_t columns = places(width, s->left, s->right, s->kernel_width, s->stride_x, s->dilation_x);
  if (rows == 0 || columns == 0) REFUSE_SOURCE(EMPTY, s);
  if (shape->height == 0) {
    shape->height = rows;
    shape->width = columns;
    shape->input_height = height;
    shape->input_width = width;
  } else if (shape->height != rows || shape->width != columns)
    REFUSE_STEP(SHAPE);
  if (rows > PN_MOST_SIDE || columns > PN_MOST_SIDE) REFUSE_SOURCE(GEOMETRY, s);
  return 1;
}

static int only_kind(const pn_source *s, uint32_t count, uint32_t kind) {
  for (uint32_t i = 0; i < count; i++)
    if (s[i].kind != kind) return 0;
  return 1;
}

/** Stacked blocks of a source inside a node. */
static uint64_t lanes_of(const pn_source *s) {
  return s->kind == PN_SOURCE_DENSE ? (uint64_t)s->blocks * s->kernel_height * s->kernel_width : s->blocks;
}

static int check_kind(checking *c, const pn_step *p, const pn_source *s, pn_shape *shape) {
  pn_state *state = c->state;
  const uint64_t pixels = (uint64_t)shape->height * shape->width;
  const uint64_t taps = p->source_count ? (uint64_t)s->kernel_height * s->kernel_width : 0;
  switch (p->kind) {
    case PN_STEP_NODE: {
      uint64_t lanes = 0, spatial = 0;
      for (uint32_t i = 0; i < p->source_count; i++) {
        lanes += lanes_of(&s[i]);
        if (s[i].kind == PN_SOURCE_DEPTH) spatial += (uint64_t)s[i].blocks * s[i].kernel_height * s[i].kernel_width;
      }
      if (lanes > (1u << 24)) REFUSE_STEP(LIMIT);
      if (!has_weights(state, p->weight, lanes * p->blocks * PN_LANES * PN_LANES, p->weight_scales, (uint64_t)p->blocks * PN_LANES))
        REFUSE_STEP(WEIGHTS);
      for (uint32_t i = 0; i < p->source_count && state->tensors[p->weight].dtype == PN_DTYPE_INT8; i++)
        if (!gives_levels(state, &s[i])) REFUSE_STEP(WEIGHTS);
      shape->lanes = (uint32_t)lanes;
      shape->work = pixels * (lanes * p->blocks * PN_LANES + spatial) * PN_LANES;
      return 1;
    }
    case PN_STEP_SPATIAL:
      if (p->source_count != 1 || s->kind != PN_SOURCE_DEPTH || s->blocks != p->blocks) REFUSE_STEP(KIND);
      shape->work = pixels * s->blocks * taps * PN_LANES;
      return 1;
    case PN_STEP_POOL:
      if (p->source_count != 1 || s->kind != PN_SOURCE_DENSE || s->blocks != p->blocks ||
          p->mode > PN_POOL_PADDED_MEAN || s->pre_kind != PN_ACTIVATION_NONE)
        REFUSE_STEP(KIND);
      shape->work = pixels * s->blocks * taps * PN_LANES;
      return 1;
    case PN_STEP_COMBINE:
      if (p->source_count < 1 || p->source_count > 2 || !only_kind(s, p->source_count, PN_SOURCE_POINT) ||
          p->mode > PN_COMBINE_MIN || (p->mode == PN_COMBINE_COPY) != (p->source_count == 1))
        REFUSE_STEP(KIND);
      for (uint32_t i = 0; i < p->source_count; i++)
        if (s[i].blocks != p->blocks) REFUSE_STEP(KIND);
      shape->work = pixels * p->blocks * PN_LANES * p->source_count;
      return 1;
    case PN_STEP_RESIZE:
      if (p->source_count != 1 || s->kind != PN_SOURCE_POINT || s->blocks != p->blocks ||
          s->pre_kind != PN_ACTIVATION_NONE || (s->top | s->left | s->bottom | s->right))
        REFUSE_STEP(KIND);
      shape->height = shape->input_height * s->stride_y;
      shape->width = shape->input_width * s->stride_x;
      if (shape->height > PN_MOST_SIDE || shape->width > PN_MOST_SIDE) REFUSE_STEP(GEOMETRY);
      shape->work = (uint64_t)shape->height * shape->width * p->blocks * PN_LANES;
      return 1;
    case PN_STEP_IMAGE:
      if (p->source_count != 0 || p->blocks != (state->header->channels + PN_LANES - 1) / PN_LANES) REFUSE_STEP(KIND);
      shape->height = state->height;
      shape->width = state->width;
      shape->work = (uint64_t)state->height * state->width * p->blocks * PN_LANES;
      return 1;
    case PN_STEP_OUTPUT:
      if (p->source_count != 1 || s->kind != PN_SOURCE_POINT || p->mode > PN_ORDER_CHANNELS_LAST || s->stride_x != 1 ||
          s->stride_y != 1 || s->pre_kind != PN_ACTIVATION_NONE || (s->top | s->left | s->bottom | s->right) ||
          p->channels < 1 || p->channels > (uint64_t)s->blocks * PN_LANES || p->post_kind == PN_ACTIVATION_PRELU ||
          p->post_kind == PN_ACTIVATION_AFFINE)
        REFUSE_STEP(KIND);
      shape->work = pixels * s->blocks * PN_LANES;
      return 1;
    default:
      REFUSE_STEP(KIND);
  }
}

/** The range that a step writes: nobody's yet, and of one height and width in the whole buffer. */
static int write_blocks(checking *c, const pn_step *p, const pn_shape *shape) {
  pn_state *state = c->state;
  if (!range_fits(state, p->buffer, p->block, p->blocks)) REFUSE_STEP(RANGE);
  pn_planes *planes = &state->planes[p->buffer];
  for (uint32_t b = p->block; b < p->block + p->blocks; b++) {
    if (state->marks[planes->written + b]) REFUSE_STEP(TWICE);
    state->marks[planes->written + b] = 1;
  }
  if (planes->height == 0) {
    planes->height = shape->height;
    planes->width = shape->width;
    planes->first = planes->last = c->step;
  } else if (planes->height != shape->height || planes->width != shape->width)
    REFUSE_STEP(SHAPE);
  planes->last = c->step;
  return 1;
}

static int check_addend(checking *c, const pn_step *p, const pn_shape *shape) {
  pn_state *state = c->state;
  if (p->addend_buffer == PN_NONE) return 1;
  if (p->kind != PN_STEP_NODE) REFUSE_STEP(KIND);
  if (!range_fits(state, p->addend_buffer, p->addend_block, p->blocks)) REFUSE_STEP(RANGE);
  if (!read_blocks(c, p->addend_buffer, p->addend_block, p->blocks)) REFUSE_STEP(UNWRITTEN);
  const pn_planes *addend = &state->planes[p->addend_buffer];
  if (addend->height != shape->height || addend->width != shape->width) REFUSE_STEP(SHAPE);
  return 1;
}

static int check_step(checking *c, const pn_step *p) {
  pn_state *state = c->state;
  pn_shape *shape = &state->shapes[c->step];
  if (p->kind < PN_STEP_NODE || p->kind > PN_STEP_OUTPUT) REFUSE_STEP(KIND);
  if (p->source_count > PN_MOST_STEP_SOURCES) REFUSE_STEP(LIMIT);
  if ((uint64_t)p->first_source + p->source_count > state->header->source_count ||
      (p->source_count == 0) != (p->kind == PN_STEP_IMAGE))
    REFUSE_STEP(RANGE);
  if (p->kind != PN_STEP_OUTPUT && (p->blocks < 1 || p->blocks > PN_MOST_BLOCKS)) REFUSE_STEP(LIMIT);
  const pn_source *s = &state->sources[p->first_source];
  for (uint32_t i = 0; i < p->source_count; i++)
    if (!check_source(c, &s[i], shape)) return 0;
  if (!check_kind(c, p, s, shape)) return 0;
  if (!may_have_values(state, p->bias, (uint64_t)p->blocks * PN_LANES)) REFUSE_STEP(WEIGHTS);
  if (!activation_fits(state, p->post_kind, p->post_tensor, p->blocks)) REFUSE_STEP(WEIGHTS);
  if (!check_addend(c, p, shape)) return 0;
  if (p->kind == PN_STEP_OUTPUT) {
    pn_result *result = &state->results[state->output_count++];
    *result = (pn_result){p->channels, shape->height, shape->width, p->mode, 0};
  } else if (!write_blocks(c, p, shape))
    return 0;
  if (state->arithmetic != PN_ARITHMETIC_FLOAT && !step_in_integers(state, p, shape->lanes)) REFUSE_STEP(ARITHMETIC);
  // Sources are of one step each, in order: what is worked out for one is kept beside it.
  if (p->source_count > 0) {
    if (p->first_source < state->next_source) REFUSE_STEP(RANGE);
    state->next_source = p->first_source + p->source_count;
  }
  state->work += shape->work;
  return 1;
}

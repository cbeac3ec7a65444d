// One run: the steps, in their order; nodes in the numbers that their tiles hold.

#define NONE_OF_THEM(...) ((void)0)
#if defined(PN_WITHOUT_FLOATS)
#define IN_FLOATS NONE_OF_THEM
#else
#define IN_FLOATS(function, ...) function##_floats(__VA_ARGS__)
#endif
#if defined(PN_WITHOUT_INTEGERS) || defined(PN_WITHOUT_HALVES)
#define IN_HALVES NONE_OF_THEM
#else
#define IN_HALVES(function, ...) function##_halves(__VA_ARGS__)
#endif
#if defined(PN_WITHOUT_INTEGERS) || !defined(DOT_BYTES)
#define IN_BYTES NONE_OF_THEM
#else
#define IN_BYTES(function, ...) function##_bytes(__VA_ARGS__)
#endif

/** A build that leaves numbers out refuses plans that are to be computed in them. */
#define IN_ITS_NUMBERS(function, ...)                       \
  switch (state->element) {                                 \
    case 1: IN_BYTES(function, __VA_ARGS__); break;         \
    case 2: IN_HALVES(function, __VA_ARGS__); break;        \
    default: IN_FLOATS(function, __VA_ARGS__); break;       \
  }

/** A state whose scratch is a step's. */
static pn_state in_scratch(const pn_state *state, uint64_t offset) {
  pn_state own = *state;
  own.scratch_offset += offset;
  own.segments_offset += offset;
  own.sums_offset += offset;
  own.line_offset += offset;
  own.rings_offset += offset;
  own.halves_offset += offset;
  return own;
}

PN_API void pn_run(const pn_state *opened) {
  uint32_t outputs = 0;
  for (uint32_t i = 0; i < opened->header->step_count; i++) {
    const pn_step *p = &opened->steps[i];
    const pn_shape *shape = &opened->shapes[i];
    const pn_state own = in_scratch(opened, shape->scratch), *state = &own;
    switch (p->kind) {
      case PN_STEP_NODE:
        IN_ITS_NUMBERS(run_nodes, state, i, shape->together);
        i += shape->together - 1;
        break;
      case PN_STEP_SPATIAL: IN_ITS_NUMBERS(run_spatial, state, p, shape); break;
#if PN_HAS_POOL
      case PN_STEP_POOL: run_pool(state, p, shape); break;
#endif
#if PN_HAS_COMBINE
      case PN_STEP_COMBINE: run_combine(state, p, shape); break;
#endif
#if PN_HAS_RESIZE
      case PN_STEP_RESIZE: run_resize(state, p, shape); break;
#endif
#if PN_HAS_IMAGE
      case PN_STEP_IMAGE: run_image(state, p, shape); break;
#endif
      case PN_STEP_OUTPUT: run_output(state, p, shape, outputs++); break;
    }
  }
}

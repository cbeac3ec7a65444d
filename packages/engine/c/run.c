// One run: the steps, in their order.
PN_API void pn_run(const pn_state *state) {
  uint32_t outputs = 0;
  for (uint32_t i = 0; i < state->header->step_count; i++) {
    const pn_step *p = &state->steps[i];
    const pn_shape *shape = &state->shapes[i];
    switch (p->kind) {
      case PN_STEP_NODE:
        run_nodes(state, i, shape->together);
        i += shape->together - 1;
        break;
      case PN_STEP_SPATIAL: run_spatial(state, p, shape); break;
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

// Where blocks lie.
static float *planes_at(const pn_state *state, uint32_t buffer, uint32_t block) {
  const pn_planes *planes = &state->planes[buffer];
  return state->arena + planes->offset + plane_floats(planes) * block;
}

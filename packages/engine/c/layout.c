// The engine as boards have it, as a WebAssembly module of its own: it opens a plan for one, so that all that an opening finds out can be
// written down as constants, and computes what the board will.
#define PN_BOARD
#include "wasm.c"

/** What an opening has found out: records of buffers, of steps, of outputs; and where things begin in the arena, in floats. */
EXPORT(table) const void *table(uint32_t which) {
  static uint64_t own[5];
  switch (which) {
    case 0: return state->planes;
    case 1: return state->shapes;
    case 2: return state->results;
    default:
      own[0] = state->image_offset;
      own[1] = state->weights_offset;
      own[2] = state->scratch_offset;
      own[3] = state->rings_offset;
      own[4] = state->halves_offset;
      return own;
  }
}

// The engine as boards have it, as a WebAssembly module of its own: it opens a plan for one, so that all that an opening and a loading find
// out can be written down as constants, and computes what the board will.
#define PN_BOARD
#include "wasm.c"

/** What was found out: records of buffers, of steps, of outputs, what is loaded for steps and for sources; and where things begin in the arena. */
EXPORT(table) const void *table(uint32_t which) {
  static uint64_t own[8];
  switch (which) {
    case 0: return state->planes;
    case 1: return state->shapes;
    case 2: return state->results;
    case 3: return state->step_tables;
    case 4: return state->source_tables;
    default:
      own[0] = state->image_offset;
      own[1] = state->weights_offset;
      own[2] = state->scratch_offset;
      own[3] = state->segments_offset;
      own[4] = state->sums_offset;
      own[5] = state->line_offset;
      own[6] = state->rings_offset;
      own[7] = state->halves_offset;
      return own;
  }
}

EXPORT(arena) const void *arena(void) { return state->arena; }

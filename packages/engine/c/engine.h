// The engine's doors. A plan is checked once, for one height and width, and then run any number of times:
//
//   bytes = pn_state_bytes(plan, size, &refusal)            0: refused
//   pn_open(state, plan, size, height, width, arithmetic, limits, &refusal)   0: refused; else state->arena_bytes is known
//   pn_load(state, arena)                                    both memories aligned to 64 bytes
//   pn_bytes(state, pixels, 3) or pn_floats(state, planes); pn_run(state); read pn_output(state, i)
//
// The plan's bytes, aligned to 64 too, must stay as they are while the state is in use: float32 tensors are read where they lie.
#pragma once
#include <stddef.h>
#include "plan.h"

#ifndef PN_API
#define PN_API // `static` where several builds are linked into one program
#endif

// Builds for boards (PN_BOARD) take small tiles, one step at a time, and read halves where they lie. There a plan may be part of the
// program (PN_BOARD_PLAN): it was opened before it was compiled, its tables are constants, and what no step of it
// needs is left out.
#if defined(PN_BOARD)
#define PN_WITHOUT_HALVES // tiles of integers hold bytes, on every processor
#endif
#if defined(PN_BOARD_PLAN)
#define PN_OPENED const
#else
#define PN_OPENED
#define PN_HAS_POOL 1
#define PN_HAS_COMBINE 1
#define PN_HAS_RESIZE 1
#define PN_HAS_IMAGE 1
#define PN_RINGS PN_MOST_STEP_SOURCES // most of one step, and rows of the tallest window: what lies on the stack
#define PN_ROWS PN_MOST_KERNEL
#endif

typedef struct {
  uint32_t code, place, index;
} pn_refusal;

typedef struct {
  uint64_t bytes; // of the arena
  uint64_t work;  // multiply-adds
} pn_limits;

typedef struct {
  const uint8_t *plan;
  const pn_header *header;
  const pn_tensor *tensors;
  const pn_buffer *buffers;
  const pn_source *sources;
  const pn_step *steps;
  uint32_t height, width;
  uint32_t arithmetic, element; // bytes of a number in a tile
  float *arena;
  const void *PN_OPENED *values; // of each tensor
  PN_OPENED pn_planes *planes;   // of each buffer
  PN_OPENED pn_shape *shapes;    // of each step
  PN_OPENED pn_tables *step_tables, *source_tables;
  PN_OPENED pn_result *results;  // of each output
  uint8_t *marks;       // of each block: written
  uint32_t *order;      // scratch of the memory plan
  uint32_t output_count, next_source;
  uint64_t image_offset, weights_offset; // in floats
  uint64_t scratch_offset, segments_offset, sums_offset, line_offset, rings_offset; // the same; of a running step, else from its scratch on
  uint64_t halves_offset; // the same, on boards: where halves are made floats
  const void *constants;  // of a plan that is part of the program: what loading would put into the arena
  uint64_t arena_bytes, work;
} pn_state;

#if !defined(PN_BOARD_PLAN)
PN_API uint64_t pn_state_bytes(const uint8_t *plan, uint64_t size, pn_refusal *refusal);
PN_API int pn_open(pn_state *state, const uint8_t *plan, uint64_t size, uint32_t height, uint32_t width,
                   uint32_t arithmetic, pn_limits limits, pn_refusal *refusal);
PN_API uint32_t pn_arithmetics(void); // bit 1 << PN_ARITHMETIC_… for each that this build computes in
PN_API void pn_load(pn_state *state, float *arena);
PN_API void pn_floats(const pn_state *state, const float *planes); // image := [channels][height][width]
#endif
PN_API const float *pn_output(const pn_state *state, uint32_t index);
PN_API int pn_bytes(const pn_state *state, const uint8_t *pixels, uint32_t per_pixel); // image := scale · RGB or RGBA + shift
PN_API void pn_run(const pn_state *state);

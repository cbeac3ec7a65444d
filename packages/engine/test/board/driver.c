// The engine as a program, so that the contract can be run on any processor that there is an emulator for. Standard input: six words
// (height, width, the image's kind: 0 floats, 3 or 4 bytes a pixel, 5 none; arithmetic, the plan's size, nothing), two doubles (limits), the
// plan, the image.
// Standard output: the refusal's three words; then height, width, channels, outputs, the arena's bytes and work as doubles; of each output its
// four words; and, where there was an image, each output's floats.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "engine.c"

static void *take_in(size_t bytes) {
  void *memory = 0;
  if (posix_memalign(&memory, PN_ALIGNMENT, bytes + PN_ALIGNMENT) != 0 || fread(memory, 1, bytes, stdin) != bytes) exit(2);
  return memory;
}

static void *memory_of(uint64_t bytes) {
  void *memory = 0;
  if (posix_memalign(&memory, PN_ALIGNMENT, bytes + PN_ALIGNMENT) != 0) exit(3);
  memset(memory, 0, bytes);
  return memory;
}

static void give(const void *from, size_t bytes) {
  if (fwrite(from, 1, bytes, stdout) != bytes) exit(4);
}

enum { NO_IMAGE = 5 };

int main(void) {
  const uint32_t *words = take_in(6 * sizeof(uint32_t));
  const double *limits = take_in(2 * sizeof(double));
  const uint32_t height = words[0], width = words[1], kind = words[2], arithmetic = words[3], size = words[4];
  uint8_t *plan = take_in(size);
  pn_refusal refusal = {0, 0, 0};
  const uint64_t bytes = pn_state_bytes(plan, size, &refusal);
  pn_state *state = memory_of(bytes);
  const int opened =
      bytes > 0 && pn_open(state, plan, size, height, width, arithmetic, (pn_limits){(uint64_t)limits[0], (uint64_t)limits[1]}, &refusal);
  give(&refusal, sizeof refusal);
  if (!opened) return 0;
  const double numbers[] = {state->height, state->width, state->header->channels, state->output_count,
                            (double)state->arena_bytes, (double)state->work};
  give(numbers, sizeof numbers);
  for (uint32_t i = 0; i < state->output_count; i++) give(&state->results[i], 4 * sizeof(uint32_t));
  if (kind == NO_IMAGE) return 0;
  pn_load(state, memory_of(state->arena_bytes));
  const size_t pixels = (size_t)state->height * state->width;
  if (kind == 0) pn_floats(state, take_in(pixels * state->header->channels * sizeof(float)));
  else if (!pn_bytes(state, take_in(pixels * kind), kind)) return 5;
  pn_run(state);
  for (uint32_t i = 0; i < state->output_count; i++) {
    const pn_result *r = &state->results[i];
    give(pn_output(state, i), (size_t)r->channels * r->height * r->width * sizeof(float));
  }
  return 0;
}

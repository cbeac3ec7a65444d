// The engine as a WebAssembly module: one instance, one plan. JavaScript reserves memory, copies the plan there, opens it, and then
// writes images and reads results where `report` says.
#define PN_API static
#include "engine.c"

#include "wasm-memory.c"

/** What JavaScript reads after an opening: 32-bit words, in this order. */
static struct {
  uint32_t code, place, index; // of a refusal
  uint32_t height, width, outputs, channels;
  uint32_t arena_bytes;
  double work;
} report;

static pn_state *state;

static void *reserve_or_refuse(uint64_t bytes, pn_refusal *refusal) {
  void *memory = bytes < (1ull << 32) - (1u << 20) ? reserve((uint32_t)bytes) : 0;
  if (!memory) refuse(refusal, PN_REFUSED_MEMORY, PN_IN_HEADER, 0);
  return memory;
}

static int open_plan(const uint8_t *plan, uint32_t size, uint32_t height, uint32_t width, uint32_t arithmetic,
                     pn_limits limits, pn_refusal *refusal) {
  const uint64_t bytes = pn_state_bytes(plan, size, refusal);
  if (bytes == 0 || !(state = reserve_or_refuse(bytes, refusal))) return 0;
  if (!pn_open(state, plan, size, height, width, arithmetic, limits, refusal)) return 0;
  float *arena = reserve_or_refuse(state->arena_bytes, refusal);
  if (!arena) return 0;
  pn_load(state, arena);
  return 1;
}

/** Opens the plan whose bytes lie at `plan`. @returns whether it could; the report tells more */
EXPORT(open) int open_in_wasm(const uint8_t *plan, uint32_t size, uint32_t height, uint32_t width,
                              uint32_t arithmetic, double bytes, double work) {
  pn_refusal refusal = {0, 0, 0};
  const int opened = open_plan(plan, size, height, width, arithmetic, (pn_limits){(uint64_t)bytes, (uint64_t)work}, &refusal);
  report.code = refusal.code;
  report.place = refusal.place;
  report.index = refusal.index;
  if (!opened) return 0;
  report.height = state->height;
  report.width = state->width;
  report.outputs = state->output_count;
  report.channels = state->header->channels;
  report.arena_bytes = (uint32_t)state->arena_bytes;
  report.work = (double)state->work;
  return 1;
}

EXPORT(arithmetics) uint32_t arithmetics(void) { return pn_arithmetics(); }
EXPORT(report) const void *report_address(void) { return &report; }
EXPORT(floats) void floats_of_image(const float *planes) { pn_floats(state, planes); }
EXPORT(bytes) int bytes_of_image(const uint8_t *pixels, uint32_t per_pixel) { return pn_bytes(state, pixels, per_pixel); }
EXPORT(run) void run_in_wasm(void) { pn_run(state); }

/** Channels, height, width and order of result `index`. */
EXPORT(shape) const void *result_shape(uint32_t index) { return &state->results[index]; }
EXPORT(result) const float *result(uint32_t index) { return pn_output(state, index); }

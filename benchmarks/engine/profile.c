// What one build of the engine does with its time. Prints JSON: the most multiply-adds a second, those of an image by kind, milliseconds of
// an image, and where a sampling timer found the program, by address.
//
//   profile PLAN RUNS
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
#include <ucontext.h>
#define PN_API static
#include "engine.c"

enum { MOST_SAMPLES = 1 << 20, PEAK_SUMS = 12, PEAK_ROUNDS = 200000 };

static uintptr_t samples[MOST_SAMPLES];
static volatile uint32_t sample_count;

static void sample(int signal, siginfo_t *info, void *context) {
  (void)signal, (void)info;
  if (sample_count < MOST_SAMPLES) samples[sample_count++] = (uintptr_t)((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];
}

static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/** Multiply-adds a second of independent sums in registers, of which none loads: what the instruction set gives at most. */
static double peak(void) {
  double best = 0;
  for (int trial = 0; trial < 40; trial++) {
    vec sums[PEAK_SUMS];
    for (int i = 0; i < PEAK_SUMS; i++) sums[i] = splat((float)i);
    vec factor = splat(0.999f), term = splat(0.001f);
    const double start = seconds();
    for (int round = 0; round < PEAK_ROUNDS; round++) {
      __asm__ volatile("" : "+x"(factor), "+x"(term));
#pragma GCC unroll 16
      for (int i = 0; i < PEAK_SUMS; i++) sums[i] = madd(sums[i], factor, term);
    }
    const double rate = (double)PEAK_ROUNDS * PEAK_SUMS * VL / (seconds() - start);
    for (int i = 1; i < PEAK_SUMS; i++) sums[0] += sums[i];
    __asm__ volatile("" : : "x"(sums[0]));
    if (rate > best) best = rate;
  }
  return best;
}

/** Multiply-adds of an image, of products and of depthwise windows. */
static void count_work(const pn_state *state, double *products, double *windows) {
  for (uint32_t i = 0; i < state->header->step_count; i++) {
    const pn_step *p = &state->steps[i];
    const pn_shape *shape = &state->shapes[i];
    const double pixels = (double)shape->height * shape->width;
    if (p->kind == PN_STEP_NODE) *products += pixels * shape->lanes * PN_LANES * p->blocks * PN_LANES;
    if (p->kind != PN_STEP_NODE && p->kind != PN_STEP_SPATIAL) continue;
    for (uint32_t s = 0; s < p->source_count; s++) {
      const pn_source *source = &state->sources[p->first_source + s];
      if (source->kind == PN_SOURCE_DEPTH)
        *windows += pixels * source->blocks * PN_LANES * source->kernel_height * source->kernel_width;
    }
  }
}

int main(int count, char **arguments) {
  FILE *file = count == 3 ? fopen(arguments[1], "rb") : 0;
  if (!file) return 2;
  fseek(file, 0, SEEK_END);
  const size_t size = (size_t)ftell(file);
  rewind(file);
  uint8_t *plan = aligned_alloc(64, (size + 63) / 64 * 64);
  if (fread(plan, 1, size, file) != size) return 2;
  pn_refusal refusal = {0, 0, 0};
  pn_state *state = aligned_alloc(64, (pn_state_bytes(plan, size, &refusal) + 63) / 64 * 64);
  const pn_limits limits = {1ull << 30, 1ull << 40};
  if (!pn_open(state, plan, size, 0, 0, limits, &refusal)) return 2;
  float *arena = aligned_alloc(64, (state->arena_bytes + 63) / 64 * 64);
  pn_load(state, arena);
  const int runs = atoi(arguments[2]);
  for (int i = 0; i < 10; i++) pn_run(state);
  double best = 1e9;
  const struct sigaction action = {.sa_sigaction = sample, .sa_flags = SA_SIGINFO | SA_RESTART};
  sigaction(SIGPROF, &action, 0);
  const struct itimerval every = {{0, 1000}, {0, 1000}}, never = {{0, 0}, {0, 0}};
  setitimer(ITIMER_PROF, &every, 0);
  for (int i = 0; i < runs; i++) {
    const double start = seconds();
    pn_run(state);
    const double took = seconds() - start;
    if (took < best) best = took;
  }
  setitimer(ITIMER_PROF, &never, 0);
  double products = 0, windows = 0;
  count_work(state, &products, &windows);
  printf("{\"peak\": %.6g, \"products\": %.0f, \"windows\": %.0f, \"milliseconds\": %.4f, \"samples\": [", peak(), products,
         windows, 1000 * best);
  for (uint32_t i = 0; i < sample_count; i++) printf("%s%llu", i ? "," : "", (unsigned long long)samples[i]);
  printf("]}\n");
  return 0;
}

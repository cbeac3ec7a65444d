// The builds that this machine can run, the fastest first.
#include "targets.h"

#if defined(__x86_64__)
extern const pn_target pn_target_vnni, pn_target_avx512, pn_target_avx2, pn_target_sse4, pn_target_plain;

const pn_target *runnable_target(int index) {
  __builtin_cpu_init();
  const int wide = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                   __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
  if (wide && __builtin_cpu_supports("avx512vnni") && index-- == 0) return &pn_target_vnni;
  if (wide && index-- == 0) return &pn_target_avx512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && index-- == 0) return &pn_target_avx2;
  if (__builtin_cpu_supports("sse4.1") && index-- == 0) return &pn_target_sse4;
#if defined(PN_WITH_PLAIN) // in the build under sanitizers
  if (index == 0) return &pn_target_plain;
#endif
  return 0;
}
#elif defined(__aarch64__)
extern const pn_target pn_target_neon;

const pn_target *runnable_target(int index) { return index == 0 ? &pn_target_neon : 0; }
#else
extern const pn_target pn_target_plain;

const pn_target *runnable_target(int index) { return index == 0 ? &pn_target_plain : 0; }
#endif

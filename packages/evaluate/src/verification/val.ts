import type { AcceptCounts, FoldCounts } from './counts.js';

/** One fold's validation rate (accepted genuine share) and false accept rate at the threshold set by the others. */
export interface FoldVal {
  readonly threshold: number;
  readonly val: number;
  readonly far: number;
}

/**
 * VAL at a target FAR (FaceNet, arXiv 1503.03832, section 4): per fold, the threshold at which the other folds' FAR
 * equals the target, read off the piecewise linear curve of threshold over FAR, applied to the held-out fold.
 * Where even the largest threshold stays below the target, the threshold is 0 (nothing is accepted), as released.
 */
export function foldVals(
  counts: readonly FoldCounts[],
  distances: Float64Array,
  same: readonly boolean[],
  folds: readonly { start: number; end: number }[],
  thresholds: Float64Array,
  farTarget: number,
): FoldVal[] {
  return counts.map(({ held, others }, k) => {
    const threshold = thresholdAtFar(others, thresholds, farTarget);
    let genuine = 0;
    let impostor = 0;
    for (let pair = folds[k]?.start ?? 0; pair < (folds[k]?.end ?? 0); pair++) {
      if ((distances[pair] ?? 0) >= threshold) continue;
      if (same[pair]) genuine++;
      else impostor++;
    }
    return { threshold, val: genuine / held.genuineTotal, far: impostor / held.impostorTotal };
  });
}

/**
 * FAR stays level over many thresholds, so "the threshold at this FAR" needs a rule: the line goes from the LAST
 * threshold whose FAR does not exceed the target to the FIRST whose FAR does.
 */
function thresholdAtFar(counts: AcceptCounts, thresholds: Float64Array, target: number): number {
  const far = (t: number) => (counts.impostor[t] ?? 0) / counts.impostorTotal;
  const at = (t: number) => thresholds[t] ?? 0;
  const last = thresholds.length - 1;
  if (far(last) < target) return 0;
  let upper = 1; // threshold 0 accepts nothing, so its FAR is 0
  while (upper <= last && far(upper) <= target) upper++;
  const lower = upper - 1;
  if (upper > last) return at(last);
  const slope = (at(upper) - at(lower)) / (far(upper) - far(lower));
  return at(lower) + slope * (target - far(lower));
}

import type { OperatingPoint } from './operating-point.js';
import type { RocCurve } from './roc.js';
import { countAbove, type SortedScores } from './sorted.js';

/**
 * TAR at the largest FAR <= the target on the full curve: what {@link tarAtFar} says with `step`, found by rank in the sorted
 * scores, without a curve. With k = ⌊target · impostors⌋ false accepts allowed, the (k + 1)-th best impostor score must be
 * refused, and everything strictly above it may be accepted.
 *
 * @param farTarget 0 … 1
 */
export function exactTarAtFar({ genuine, impostor }: SortedScores, farTarget: number): OperatingPoint {
  const refused = refusedScore(impostor, farTarget);
  const accepted = countAbove(genuine, refused);
  const falselyAccepted = countAbove(impostor, refused);
  const lowest = Math.min(
    genuine[genuine.length - accepted] ?? Infinity,
    impostor[impostor.length - falselyAccepted] ?? Infinity,
  );
  return {
    farTarget,
    tar: accepted / genuine.length,
    far: falselyAccepted / impostor.length,
    threshold: lowest,
    resolved: farTarget * impostor.length >= 1,
  };
}

/** How many of `impostors` may be accepted: the largest k with k / impostors <= target, as rates are compared on a curve. */
export function allowedFalseAccepts(impostors: number, farTarget: number, rate: 'FAR' | 'FPIR' = 'FAR'): number {
  if (!(farTarget >= 0 && farTarget <= 1))
    throw new Error(`The ${rate} asked for is ${farTarget}; it must lie in 0 … 1.`);
  let allowed = Math.floor(farTarget * impostors);
  while ((allowed + 1) / impostors <= farTarget) allowed++;
  while (allowed / impostors > farTarget) allowed--;
  return allowed;
}

/** The best impostor score that the target does not allow to accept; −Infinity − where all may be accepted − refuses none. */
function refusedScore(impostor: SortedScores['impostor'], farTarget: number): number {
  const allowed = allowedFalseAccepts(impostor.length, farTarget);
  return impostor[impostor.length - 1 - allowed] ?? Number.NEGATIVE_INFINITY;
}

/**
 * The point of a curve whose FAR is nearest to the target, which may lie above it; of equally near points the last, with the
 * larger TAR. On {@link rocCorners} this is how the released IJB scripts of InsightFace and PocketNet fill their table.
 */
export function nearestFar(curve: RocCurve, farTarget: number): OperatingPoint {
  let at = 0;
  for (let k = 1; k < curve.far.length; k++) {
    const distance = Math.abs((curve.far[k] ?? 0) - farTarget);
    if (distance <= Math.abs((curve.far[at] ?? 0) - farTarget)) at = k;
  }
  return {
    farTarget,
    tar: curve.tar[at] ?? 0,
    far: curve.far[at] ?? 0,
    threshold: curve.threshold[at] ?? Infinity,
    resolved: farTarget * curve.impostor >= 1,
  };
}

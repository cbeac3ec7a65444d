import { upperBound } from '../bounds.js';
import type { Fold } from './folds.js';

/** Thresholds `0, step, 2·step, …` below 4, multiplied out (not summed up) as NumPy's `arange` does. */
export function thresholdGrid(step: number): Float64Array {
  return Float64Array.from({ length: Math.round(4 / step) }, (_, i) => i * step);
}

/** How many genuine and impostor pairs of a group of folds lie below each threshold, and how many there are. */
export interface AcceptCounts {
  readonly genuine: Uint32Array;
  readonly impostor: Uint32Array;
  readonly genuineTotal: number;
  readonly impostorTotal: number;
}

/** Each fold's own counts, and those of all the other folds together (the ones its threshold is chosen on). */
export interface FoldCounts {
  readonly held: AcceptCounts;
  readonly others: AcceptCounts;
}

/**
 * Counts accepted pairs (distance < threshold) of every fold at every threshold, in one pass over the pairs: each pair
 * falls into the first threshold above its distance, running sums do the rest.
 */
export function countAccepted(
  distances: Float64Array,
  same: readonly boolean[],
  folds: readonly Fold[],
  thresholds: Float64Array,
): FoldCounts[] {
  const held = folds.map((fold) => countFold(distances, same, fold, thresholds));
  const all = held.reduce((a, b) => combine(a, b, 1));
  return held.map((counts) => ({ held: counts, others: combine(all, counts, -1) }));
}

function countFold(
  distances: Float64Array,
  same: readonly boolean[],
  { start, end }: Fold,
  thresholds: Float64Array,
): AcceptCounts {
  const genuine = new Uint32Array(thresholds.length);
  const impostor = new Uint32Array(thresholds.length);
  let genuineTotal = 0;
  for (let pair = start; pair < end; pair++) {
    if (same[pair]) genuineTotal++;
    const first = upperBound(thresholds, distances[pair] ?? 0);
    if (first === thresholds.length) continue;
    const counts = same[pair] ? genuine : impostor;
    counts[first] = (counts[first] ?? 0) + 1;
  }
  accumulate(genuine);
  accumulate(impostor);
  return { genuine, impostor, genuineTotal, impostorTotal: end - start - genuineTotal };
}

function accumulate(counts: Uint32Array): void {
  for (let i = 1; i < counts.length; i++) counts[i] = (counts[i] ?? 0) + (counts[i - 1] ?? 0);
}

function combine(a: AcceptCounts, b: AcceptCounts, sign: 1 | -1): AcceptCounts {
  return {
    genuine: a.genuine.map((count, i) => count + sign * (b.genuine[i] ?? 0)),
    impostor: a.impostor.map((count, i) => count + sign * (b.impostor[i] ?? 0)),
    genuineTotal: a.genuineTotal + sign * b.genuineTotal,
    impostorTotal: a.impostorTotal + sign * b.impostorTotal,
  };
}

import type { AcceptCounts, FoldCounts } from './counts.js';

/** One fold's verdict: the threshold chosen on the other folds, and the accuracy it gives on this one. */
export interface FoldAccuracy {
  readonly threshold: number;
  readonly accuracy: number;
}

/** Per fold: the first arg-max of the other folds' accuracy, applied to the held-out fold. */
export function foldAccuracies(counts: readonly FoldCounts[], thresholds: Float64Array): FoldAccuracy[] {
  return counts.map(({ held, others }) => {
    const best = firstArgMax(thresholds.length, (t) => correctAt(others, t));
    return {
      threshold: thresholds[best] ?? 0,
      accuracy: correctAt(held, best) / (held.genuineTotal + held.impostorTotal),
    };
  });
}

/** ROC as the field's log draws it: TPR and FPR at each threshold, averaged over the folds. */
export function meanRates(counts: readonly FoldCounts[], thresholds: Float64Array) {
  const averaged = (rate: (held: AcceptCounts, t: number) => number) =>
    Array.from(thresholds, (_, t) => counts.reduce((sum, { held }) => sum + rate(held, t), 0) / counts.length);
  return {
    tpr: averaged((held, t) => (held.genuine[t] ?? 0) / held.genuineTotal),
    fpr: averaged((held, t) => (held.impostor[t] ?? 0) / held.impostorTotal),
  };
}

/** Accepted genuine pairs plus rejected impostor pairs. */
function correctAt(counts: AcceptCounts, t: number): number {
  return (counts.genuine[t] ?? 0) + counts.impostorTotal - (counts.impostor[t] ?? 0);
}

function firstArgMax(length: number, value: (index: number) => number): number {
  let best = 0;
  for (let i = 1; i < length; i++) if (value(i) > value(best)) best = i;
  return best;
}

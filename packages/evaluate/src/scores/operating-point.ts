import { upperBound } from '../bounds.js';
import type { RocCurve } from './roc.js';

/** How to read a curve between its points. */
export type Interpolation = 'linear' | 'step';

/** What the system does at a target FAR. */
export interface OperatingPoint {
  readonly farTarget: number;
  /** True accept rate at the target, by the rule asked for. */
  readonly tar: number;
  /** The largest FAR on the curve that does not exceed the target, and the scores >= which give it. */
  readonly far: number;
  readonly threshold: number;
  /** False when fewer than one impostor pair is expected below the target: the data are too few to tell. */
  readonly resolved: boolean;
}

/**
 * TAR at a target FAR.
 *
 * `linear` (default): on the straight line, in plain FAR, between the last point with FAR <= target (its largest TAR) and
 * the next point. `step`: the TAR of the former alone, which is what a real threshold achieves; never above `linear`.
 *
 * @param farTarget 0 … 1
 */
export function tarAtFar(curve: RocCurve, farTarget: number, interpolation: Interpolation = 'linear'): OperatingPoint {
  if (!(farTarget >= 0 && farTarget <= 1)) throw new Error(`The FAR asked for is ${farTarget}; it must lie in 0 … 1.`);
  const at = upperBound(curve.far, farTarget) - 1;
  const far = curve.far[at] ?? 0;
  const stepped = curve.tar[at] ?? 0;
  const nextFar = curve.far[at + 1];
  const nextTar = curve.tar[at + 1] ?? stepped;
  const tar =
    interpolation === 'step' || nextFar === undefined
      ? stepped
      : stepped + ((farTarget - far) / (nextFar - far)) * (nextTar - stepped);
  const threshold = curve.threshold[at] ?? Infinity;
  return { farTarget, tar, far, threshold, resolved: farTarget * curve.impostor >= 1 };
}

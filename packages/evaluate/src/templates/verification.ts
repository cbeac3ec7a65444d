import { bootstrapTarByUnit } from '../scores/bootstrap-units.js';
import { rocCorners } from '../scores/corners.js';
import { exactTarAtFar, nearestFar } from '../scores/exact-point.js';
import type { Interval } from '../scores/interval.js';
import type { OperatingPoint } from '../scores/operating-point.js';
import type { BootstrapOptions } from '../scores/percentiles.js';
import { areaUnderCurve, type RocCurve } from '../scores/roc.js';
import { type SortedScores, sortScores } from '../scores/sorted.js';

/** The targets of the field's IJB tables. */
export const IJB_FARS: readonly number[] = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1];

export interface TemplateVerificationOptions {
  readonly fars?: readonly number[];
  /**
   * `exact` (default): TAR at the largest FAR <= the target on the full curve. `released`: as the scripts of InsightFace and
   * PocketNet print it, at the point of {@link rocCorners} whose FAR is nearest, which may lie above the target.
   */
  readonly rule?: 'exact' | 'released';
  /** Which pairs belong together, one whole number a pair (the person or the gallery template): intervals draw by it. */
  readonly unit?: ArrayLike<number>;
  /** How the intervals are drawn; `false` for none. */
  readonly intervals?: BootstrapOptions | false;
}

export interface TemplatePoint extends OperatingPoint {
  /** Of TAR at the target FAR; absent under `released`, and where there are not enough impostor pairs to say. */
  readonly interval?: Interval;
}

export interface TemplateVerification {
  readonly genuine: number;
  readonly impostor: number;
  /** One for each target, in the targets' order. */
  readonly points: readonly TemplatePoint[];
  readonly auc: number;
  /** The whole curve by its corners. */
  readonly curve: RocCurve;
}

/**
 * 1:1 verification on a long list of scored pairs (IJB-B: 8 million, IJB-C: 15.7 million): the exact curve and its points.
 *
 * @param scores higher = more alike, −Infinity = never accepted
 * @param same per pair, 0 or 1
 */
export function templateVerification(
  scores: Float32Array | Float64Array,
  same: ArrayLike<number>,
  options: TemplateVerificationOptions = {},
): TemplateVerification {
  const { fars = IJB_FARS, rule = 'exact', intervals = {} } = options;
  const sorted = sortScores(scores, same);
  const curve = rocCorners(sorted);
  const auc = areaUnderCurve(curve);
  const counts = { genuine: sorted.genuine.length, impostor: sorted.impostor.length };
  if (rule === 'released') return { ...counts, points: fars.map((far) => nearestFar(curve, far)), auc, curve };

  const genuine = genuineUnits(scores, same, options.unit);
  const points = fars.map((far): TemplatePoint => {
    const point = exactTarAtFar(sorted, far);
    if (intervals === false || !point.resolved) return point;
    return { ...point, interval: bootstrapTarByUnit(sorted.impostor, genuine, far, intervals) };
  });
  return { ...counts, points, auc, curve };
}

function genuineUnits(scores: SortedScores['genuine'], same: ArrayLike<number>, unit?: ArrayLike<number>) {
  const found = { scores: [] as number[], units: [] as number[] };
  for (let pair = 0; pair < scores.length; pair++) {
    if (same[pair] === 0) continue;
    found.scores.push(scores[pair] ?? 0);
    found.units.push(unit?.[pair] ?? pair);
  }
  return found;
}

import { allowedFalseAccepts } from '../scores/exact-point.js';
import { countAbove } from '../scores/sorted.js';
import type { IdentificationReport } from './identification.js';

/**
 * Which threshold stands for a target FPIR: `exact`, the lowest that at most ⌊n·FPIR⌋ of the n non-mated probes exceed, or
 * `released`, that of InsightFace's ijb_evals.py, element max(⌊n·FPIR⌋ − 1, 0) of their best scores in descending order.
 */
export type FpirRule = 'exact' | 'released';

/** Results of open-set search at a target FPIR. */
export interface OpenSetPoint {
  readonly fpirTarget: number;
  /** Share of mated probes whose mate alone is best and scores above the threshold: TPIR, also called DIR; 1 − FNIR. */
  readonly tpir: number;
  /** What a score must exceed. */
  readonly threshold: number;
  /** Share of non-mated probes with a score above the threshold. */
  readonly fpir: number;
  /** False when not one non-mated probe may pass at the target: too few of them to tell. */
  readonly resolved: boolean;
}

/**
 * TPIR at a target FPIR (DIR at FAR). A mate counts where it beats every other row and the threshold, both strictly.
 *
 * @param fpirTarget 0 … 1
 * @throws an Error when the search had no mated or no non-mated probes
 */
export function tpirAtFpir(report: IdentificationReport, fpirTarget: number, rule: FpirRule = 'exact'): OpenSetPoint {
  const { mated, nonMated, mateScore, higher, equal, bestOther } = report;
  if (mated === 0 || nonMated === 0)
    throw new Error(
      `The search has ${mated} probes with a mate and ${nonMated} without; an open-set rate needs both kinds.`,
    );
  const strangers = bestOther.filter((_, probe) => Number.isNaN(mateScore[probe])).sort();
  const { threshold, resolved } = fpirThreshold(strangers, fpirTarget, rule);
  let found = 0;
  mateScore.forEach((score, probe) => {
    if (score > threshold && higher[probe] === 0 && equal[probe] === 0) found++;
  });
  return { fpirTarget, tpir: found / mated, threshold, fpir: countAbove(strangers, threshold) / nonMated, resolved };
}

/**
 * The score that a match must exceed at a target FPIR, and whether there are searches enough to tell.
 * @param strangers the best scores of the non-mated searches, ascending
 */
export function fpirThreshold(
  strangers: Float64Array,
  fpirTarget: number,
  rule: FpirRule,
): { threshold: number; resolved: boolean } {
  const allowed = allowedFalseAccepts(Math.max(strangers.length, 1), fpirTarget, 'FPIR');
  const rank = rule === 'exact' ? allowed : Math.max(allowed - 1, 0);
  const threshold = strangers[strangers.length - 1 - rank] ?? Number.NEGATIVE_INFINITY;
  return { threshold, resolved: strangers.length > 0 && allowed >= 1 };
}

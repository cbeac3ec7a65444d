import { allowedFalseAccepts } from '../scores/exact-point.js';
import type { IdentificationReport } from './identification.js';

/**
 * Which threshold stands for a target FPIR: `exact`, the lowest that at most ⌊n·FPIR⌋ of the n non-mated probes exceed, or
 * `released`, that of InsightFace's ijb_evals.py, element max(⌊n·FPIR⌋ − 1, 0) of their best scores in descending order.
 */
export type FpirRule = 'exact' | 'released';

/** What open-set search does at a target FPIR. */
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
  const allowed = allowedFalseAccepts(Math.max(nonMated, 1), fpirTarget);
  if (mated === 0 || nonMated === 0)
    throw new Error(
      `The search has ${mated} probes with a mate and ${nonMated} without; an open-set rate needs both kinds.`,
    );
  const impostors = bestOther
    .filter((_, probe) => Number.isNaN(mateScore[probe]))
    .sort()
    .reverse();
  const threshold = impostors[rule === 'exact' ? allowed : Math.max(allowed - 1, 0)] ?? -Infinity;
  let found = 0;
  mateScore.forEach((score, probe) => {
    if (score > threshold && higher[probe] === 0 && equal[probe] === 0) found++;
  });
  const fpir = impostors.filter((score) => score > threshold).length / nonMated;
  return { fpirTarget, tpir: found / mated, threshold, fpir, resolved: allowed >= 1 };
}

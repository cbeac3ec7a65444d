import { type PairScores, type Ranking, rankScores } from './ranking.js';

/**
 * All operating points, from "accept nobody" (0, 0) to "accept everybody" (1, 1), FAR ascending. Point k accepts scores
 * >= `threshold[k]`; `threshold[0]` is +Infinity. False reject rate, for a DET curve: 1 − tar.
 */
export interface RocCurve {
  readonly far: Float64Array;
  readonly tar: Float64Array;
  readonly threshold: Float64Array;
  readonly genuine: number;
  readonly impostor: number;
}

/** The full empirical curve: one point for each distinct score, no point dropped. */
export function rocCurve(scores: PairScores): RocCurve {
  return rankingCurve(rankScores(scores));
}

/** The curve of a ranking, whose counts may also be those of a bootstrap draw. */
export function rankingCurve({ score, genuine, impostor }: Ranking): RocCurve {
  const genuineTotal = sum(genuine);
  const impostorTotal = sum(impostor);
  const far = new Float64Array(score.length + 1);
  const tar = new Float64Array(score.length + 1);
  const threshold = new Float64Array(score.length + 1);
  threshold[0] = Infinity;
  let g = 0;
  let i = 0;
  for (let k = 0; k < score.length; k++) {
    g += genuine[k] ?? 0;
    i += impostor[k] ?? 0;
    tar[k + 1] = g / genuineTotal;
    far[k + 1] = i / impostorTotal;
    threshold[k + 1] = score[k] ?? 0;
  }
  return { far, tar, threshold, genuine: genuineTotal, impostor: impostorTotal };
}

/** Area under the curve by trapezoids = P(genuine > impostor) + ½ P(equal), the Mann–Whitney statistic. */
export function areaUnderCurve({ far, tar }: RocCurve): number {
  let area = 0;
  for (let k = 1; k < far.length; k++)
    area += ((far[k] ?? 0) - (far[k - 1] ?? 0)) * (((tar[k] ?? 0) + (tar[k - 1] ?? 0)) / 2);
  return area;
}

/** The rate at which false accepts and false rejects are equal, on the straight line between neighbouring points. */
export function equalErrorRate({ far, tar }: RocCurve): number {
  const excess = (k: number) => (far[k] ?? 0) - (1 - (tar[k] ?? 0));
  let k = 1;
  while (k < far.length - 1 && excess(k) < 0) k++;
  const before = excess(k - 1);
  const share = -before / (excess(k) - before);
  return (far[k - 1] ?? 0) + share * ((far[k] ?? 0) - (far[k - 1] ?? 0));
}

function sum(counts: Uint32Array): number {
  return counts.reduce((total, count) => total + count, 0);
}

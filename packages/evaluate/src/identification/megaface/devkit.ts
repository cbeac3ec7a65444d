import type { Cmc } from '../cmc.js';
import type { MegaFaceReport } from './report.js';

/** A curve of the devkit's files: x values, y values. */
type Curve = [number[], number[]];

/** Content of the devkit's `cmc_facescrub_megaface_<algo>_<N>_<set>.json`: ranks from 0, curves thinned. */
export interface DevkitCmc {
  cmc: Curve;
  traditional_cmc: Curve;
  roc: Curve;
}

/** Content of the devkit's `matches_facescrub_megaface_<algo>_<N>_<set>.json`, one entry a probe. */
export type DevkitMatches = {
  distractors: { idx: number[]; score: number[] };
  probes: { idx: number[]; rank: number[] };
}[];

/** A point is kept when it lies more than this above the last one kept. */
const THINNING = 0.01;

/**
 * The curves as the devkit writes them: the first point, the last, and each that lies more than 0.01 above the last one kept. Such
 * a file tells TPR at an FPR only between its points; `tprAtFpr` has the exact one. The last rank is the number of
 * distractors, the last FPR 1.
 *
 * @throws an Error when the search was told not to count all false accepts
 */
export function devkitCmc({ cmc, traditionalCmc, distractors, identities, verification }: MegaFaceReport): DevkitCmc {
  const { genuine, impostors, falseAccepts, mostFalseAccepts } = verification;
  if (mostFalseAccepts < impostors)
    throw new Error(
      'The file of the devkit needs the whole ROC, but mostFalseAccepts has cut it. Search without that option.',
    );
  const tpr = falseAccepts.map((_, k) => (k + 1) / genuine);
  const [positions, accepted] = thinned(falseAccepts, tpr, impostors);
  return {
    cmc: zeroBased(cmc, distractors),
    traditional_cmc: zeroBased(traditionalCmc, distractors + identities - 1),
    roc: [positions.map((k) => k / impostors), accepted],
  };
}

/**
 * Per probe its nearest distractors, and the ranks, from 0, that it has as the mate of every other image of its identity (the idx
 * there are places among the probes). That reading of the devkit's `probes` is an inference.
 */
export function devkitMatches({ nearest, pairs, rank }: MegaFaceReport): DevkitMatches {
  const matches: DevkitMatches = nearest.map(({ index, score }) => ({
    distractors: { idx: [...index], score: [...score] },
    probes: { idx: [], rank: [] },
  }));
  pairs.mate.forEach((mate, pair) => {
    matches[mate]?.probes.idx.push(pairs.probe[pair] as number); // as many
    matches[mate]?.probes.rank.push((rank[pair] as number) - 1); // as many
  });
  return matches;
}

/**
 * TPR at an FPR as PocketNet's script reads it from the devkit's thinned curve: on the line between the neighbouring points in log10
 * FPR, or in plain FPR where the lower one is 0. The published numbers of the field are such; see `tprAtFpr` for the exact one.
 */
export function releasedTprAtFpr({ roc: [fpr, tpr] }: DevkitCmc, target: number): number {
  const above = fpr.findIndex((value) => value > target);
  if (above <= 0) return tpr.at(above === 0 ? 0 : -1) ?? 0;
  const [x0, x1, y0, y1] = [fpr[above - 1] ?? 0, fpr[above] ?? 1, tpr[above - 1] ?? 0, tpr[above] ?? 1];
  const share = x0 === 0 ? target / x1 : (Math.log10(target) - Math.log10(x0)) / (Math.log10(x1) - Math.log10(x0));
  return y0 + share * (y1 - y0);
}

function zeroBased({ rank, recall }: Cmc, last: number): Curve {
  return thinned(
    rank.map((value) => value - 1),
    recall,
    last,
  );
}

/**
 * Thins a step function on 0, 1, 2 … `last`, which has value `ys[k]` from `xs[k]` on and 0 before the first. Only its steps can
 * be more than 0.01 above what was kept, so only they are looked at.
 */
function thinned(xs: Float64Array, ys: Float64Array, last: number): Curve {
  let first = 0;
  while (xs[first + 1] !== undefined && (xs[first + 1] as number) <= 0) first++;
  const points: Curve = [[0], [xs[0] === 0 ? (ys[first] as number) : 0]];
  let kept = points[1][0] as number; // just put there
  xs.forEach((x, k) => {
    const y = ys[k] as number; // as many
    if (x <= 0 || x >= last || xs[k + 1] === x || y <= kept + THINNING) return;
    points[0].push(x);
    points[1].push(y);
    kept = y;
  });
  if (last > 0) {
    points[0].push(last);
    points[1].push(ys.at(-1) ?? 0);
  }
  return points;
}

import type { Matrix } from '../matrix.js';
import { mean, populationStd } from '../statistics.js';
import { foldAccuracies, meanRates } from './accuracy.js';
import { countAccepted, thresholdGrid } from './counts.js';
import { pairDistances } from './distances.js';
import { contiguousFolds } from './folds.js';
import { foldVals } from './val.js';

export interface VerificationOptions {
  /** Number of contiguous folds; 10 unless said. */
  readonly folds?: number;
  /** Target of VAL@FAR; 1e-3 unless said. */
  readonly farTarget?: number;
}

/** All rates are fractions (0 … 1), all thresholds squared Euclidean distances (0 … 4), all arrays in pair or fold order. */
export interface VerificationReport {
  readonly pairs: number;
  readonly folds: number;
  /** Mean of the folds' accuracies and their population standard deviation. */
  readonly accuracy: number;
  readonly accuracyStd: number;
  readonly foldAccuracies: number[];
  /** The threshold each fold was judged at: the best of the other folds. */
  readonly foldThresholds: number[];
  /** The curves' thresholds 0, 0.01, …, 3.99 and the folds' mean rates there. */
  readonly thresholds: number[];
  readonly tpr: number[];
  readonly fpr: number[];
  readonly val: ValReport;
  /** Squared distance of each pair, and whether it was judged rightly at its fold's threshold. */
  readonly distances: Float64Array;
  readonly correct: boolean[];
}

/** VAL at the target FAR: means over the folds, the population deviation of VAL, and each fold's own. */
export interface ValReport {
  readonly farTarget: number;
  readonly val: number;
  readonly valStd: number;
  readonly far: number;
  readonly foldThresholds: number[];
  readonly foldVals: number[];
  readonly foldFars: number[];
}

/**
 * The LFW "unrestricted, labelled outside data" protocol as InsightFace and PocketNet run it, for LFW, CFP-FP, CFP-FF,
 * AgeDB-30, CALFW and CPLFW: unit embeddings, squared Euclidean distance, "same" iff distance < threshold, threshold
 * chosen per fold on the other folds.
 *
 * @param embeddings 2P x d: pair i is rows 2i and 2i + 1; each row the sum of the raw embeddings of an image and its
 *   mirror image (`flipSum`)
 * @param same P truths
 * @throws Error when sizes do not fit, values are not finite, an embedding is zero, or a fold holds only one class
 */
export function verification(
  embeddings: Matrix,
  same: readonly boolean[],
  options: VerificationOptions = {},
): VerificationReport {
  const { folds = 10, farTarget = 1e-3 } = options;
  if (embeddings.rows !== 2 * same.length)
    throw new Error(
      `${same.length} pairs need ${2 * same.length} embeddings (two rows per pair), not ${embeddings.rows}.`,
    );
  if (!(farTarget > 0 && farTarget < 1)) throw new Error(`farTarget is ${farTarget}; it must lie between 0 and 1.`);

  const cuts = contiguousFolds(same, folds);
  const distances = pairDistances(embeddings);

  const coarse = thresholdGrid(0.01);
  const counts = countAccepted(distances, same, cuts, coarse);
  const judged = foldAccuracies(counts, coarse);

  const fine = thresholdGrid(0.001);
  const vals = foldVals(countAccepted(distances, same, cuts, fine), distances, same, cuts, fine, farTarget);

  return {
    pairs: same.length,
    folds,
    accuracy: mean(judged.map((fold) => fold.accuracy)),
    accuracyStd: populationStd(judged.map((fold) => fold.accuracy)),
    foldAccuracies: judged.map((fold) => fold.accuracy),
    foldThresholds: judged.map((fold) => fold.threshold),
    thresholds: Array.from(coarse),
    ...meanRates(counts, coarse),
    val: {
      farTarget,
      val: mean(vals.map((fold) => fold.val)),
      valStd: populationStd(vals.map((fold) => fold.val)),
      far: mean(vals.map((fold) => fold.far)),
      foldThresholds: vals.map((fold) => fold.threshold),
      foldVals: vals.map((fold) => fold.val),
      foldFars: vals.map((fold) => fold.far),
    },
    distances,
    correct: cuts.flatMap(({ start, end }, k) =>
      same.slice(start, end).map((truth, i) => truth === (distances[start + i] ?? 0) < (judged[k]?.threshold ?? 0)),
    ),
  };
}

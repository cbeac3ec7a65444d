import type { PairSet } from '@pocketnet/data';
import type { PairScores, VerificationReport } from '@pocketnet/evaluate';
import type { Embedder } from '@pocketnet/lab/embedders';

/** A model's scores on the demo's pairs. */
export interface Measured {
  report: VerificationReport;
  /** Cosine of every pair. */
  cosines: Float64Array;
  scores: PairScores;
}

/** The cosine of every pair, between sums of the embeddings of image and mirror image. */
export async function pairCosines(embedder: Embedder, pairs: PairSet): Promise<Float64Array> {
  const [{ embedPairs }, { pairDistances }] = await Promise.all([
    import('@pocketnet/lab/embedders'),
    import('@pocketnet/evaluate'),
  ]);
  const { sums } = await embedPairs(embedder, pairs);
  return pairDistances(sums).map((distance) => 1 - distance / 2);
}

/** The LFW protocol, with the scores for the charts. */
export async function measurePairs(embedder: Embedder, pairs: PairSet, folds: number): Promise<Measured> {
  const [{ embedPairs }, { splitScores, verification }] = await Promise.all([
    import('@pocketnet/lab/embedders'),
    import('@pocketnet/evaluate'),
  ]);
  const { sums } = await embedPairs(embedder, pairs);
  const report = verification(sums, pairs.same, { folds });
  const cosines = report.distances.map((distance) => 1 - distance / 2);
  return { report, cosines, scores: splitScores(cosines, pairs.same) };
}

/** The mean of the folds' thresholds, as a cosine. */
export const cosineThreshold = ({ foldThresholds }: VerificationReport): number =>
  1 - foldThresholds.reduce((sum, threshold) => sum + threshold, 0) / foldThresholds.length / 2;

import type { PairSet } from '@pocketnet/data';
import type { Embedder } from '@pocketnet/lab/embedders';

export interface MeasureOptions {
  folds: number;
  channels: 'rgb' | 'bgr';
  /** What the progress line is called. */
  label: string;
}

/** What the LFW protocol says of an embedder; rates are fractions. */
export interface Measurement {
  accuracy: number;
  /** Population deviation over the folds. */
  accuracyStd: number;
  /** 95 % by bootstrap over the pairs. */
  accuracyInterval: readonly [low: number, high: number];
  /** On the ROC of all pairs, linear between its points. */
  'tarAtFar1e-3': number;
  /** As the field's scripts do it: threshold chosen on the other folds, mean over the folds. */
  'valAtFar1e-3': number;
  eer: number;
  auc: number;
  pairs: number;
  folds: number;
  xNorm: number;
  /** Of embedding all distinct images and their mirror images. */
  seconds: number;
}

/** Embeds a verification set and measures it. */
export async function measure(embedder: Embedder, pairs: PairSet, options: MeasureOptions): Promise<Measurement> {
  const [{ embedPairs }, evaluate, { startProgress }] = await Promise.all([
    import('@pocketnet/lab/embedders'),
    import('@pocketnet/evaluate'),
    import('@pocketnet/lab/runs'),
  ]);
  const { folds, channels, label } = options;
  evaluate.contiguousFolds(pairs.same, folds); // before the long part
  const progress = startProgress({ label, unit: 'images' });
  const begun = performance.now();
  const { sums, xNorm } = await embedPairs(embedder, pairs, { channels, onProgress: (done) => progress.update(done) });
  const seconds = (performance.now() - begun) / 1000;
  progress.finish();
  const report = evaluate.verification(sums, pairs.same, { folds });
  const interval = evaluate.bootstrapAccuracy(report.correct, { seed: 1 });
  const scores = evaluate.splitScores(
    report.distances.map((distance) => -distance),
    pairs.same,
  );
  const curve = evaluate.rocCurve(scores);
  return {
    accuracy: report.accuracy,
    accuracyStd: report.accuracyStd,
    accuracyInterval: [interval.low, interval.high],
    'tarAtFar1e-3': evaluate.tarAtFar(curve, 1e-3).tar,
    'valAtFar1e-3': report.val.val,
    eer: evaluate.equalErrorRate(curve),
    auc: evaluate.areaUnderCurve(curve),
    pairs: report.pairs,
    folds: report.folds,
    xNorm,
    seconds,
  };
}

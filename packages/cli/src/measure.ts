import type { PairSet } from '@pocketnet/data';
import type { EmbeddingSource } from '@pocketnet/lab/embedders';
import { note } from './output.js';

export interface MeasureOptions {
  folds: number;
  /** The set's name, by which a folder of matrices knows it. */
  name: string;
  /** What the progress line is called. */
  label: string;
}

/** What the LFW protocol says of an embedder; rates are fractions. */
export interface Measurement {
  accuracy: number;
  /** Population deviation over the folds. */
  accuracyStd: number;
  /** 95 %, by bootstrap over the people that the pairs tell apart. */
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
  /** Of embedding all distinct images and their mirror images, decoding left out. */
  seconds: number;
  /** What was wrong with the data, a sentence each. */
  problems: readonly string[];
}

/** Embeds a verification set and measures it. */
export async function measure(source: EmbeddingSource, pairs: PairSet, options: MeasureOptions): Promise<Measurement> {
  const [{ pairImages }, { measurePairs }, { contiguousFolds }, { startProgress }] = await Promise.all([
    import('@pocketnet/lab/embedders'),
    import('@pocketnet/lab/benchmarks'),
    import('@pocketnet/evaluate'),
    import('@pocketnet/lab/runs'),
  ]);
  const { folds, name, label } = options;
  contiguousFolds(pairs.same, folds); // before the long part
  const images = pairImages(name, pairs);
  const progress = startProgress({ label, unit: 'images' });
  const embedded = await source.embed(images, { onProgress: (done) => progress.update(done) });
  progress.finish();
  const { report, result, seconds } = measurePairs({ name, title: name, folds, about: '' }, pairs, images, embedded);
  for (const problem of result.problems) note(problem);
  const metric = (key: string) => result.metrics.find((each) => each.name === key);
  const accuracy = metric('accuracy');
  return {
    accuracy: report.accuracy,
    accuracyStd: report.accuracyStd,
    accuracyInterval: [accuracy?.interval?.low ?? Number.NaN, accuracy?.interval?.high ?? Number.NaN],
    'tarAtFar1e-3': metric('TAR at FAR 1e-3')?.value ?? Number.NaN,
    'valAtFar1e-3': report.val.val,
    eer: metric('equal error rate')?.value ?? Number.NaN,
    auc: metric('area under the ROC')?.value ?? Number.NaN,
    pairs: report.pairs,
    folds: report.folds,
    xNorm: metric('mean norm')?.value ?? Number.NaN,
    seconds,
    problems: result.problems,
  };
}

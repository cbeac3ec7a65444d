import type { PairSet } from '@pocketnet/data';
import type { EmbeddingSource } from '@pocketnet/lab/embedders';
import { note } from './output.js';

export interface MeasureOptions {
  folds: number;
  /** The set's name; in a folder of embeddings, the name of its file. */
  name: string;
  /** Label of the progress line. */
  label: string;
}

/** Results of the LFW protocol; rates are fractions. */
export interface Measurement {
  accuracy: number;
  /** Population deviation over the folds. */
  accuracyStd: number;
  /** 95 % interval, by bootstrap over people where the list tells who is who. */
  accuracyInterval: readonly [low: number, high: number];
  /** On the ROC of all pairs, linear between its points. */
  'tarAtFar1e-3': number;
  /** As in the field's scripts: the threshold is chosen on the other folds; the value is the mean over folds. */
  'valAtFar1e-3': number;
  eer: number;
  auc: number;
  pairs: number;
  folds: number;
  xNorm: number;
  /** Time to embed all distinct images and their mirror images, without decoding. */
  seconds: number;
  /** Problems of the data, one sentence each. */
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
  contiguousFolds(pairs.same, folds); // fails before the images are embedded
  const images = pairImages(name, pairs);
  const progress = startProgress({ label, unit: 'images' });
  const embedded = await source.embed(images, { onProgress: (done, total) => progress.advance(done, total) });
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

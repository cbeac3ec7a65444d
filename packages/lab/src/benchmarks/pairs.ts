import { duplicatePairs, type PairSet } from '@pocketnet/data';
import {
  areaUnderCurve,
  type BenchmarkResult,
  bootstrapAccuracyByIdentity,
  bootstrapTarAtFarByIdentity,
  contiguousFolds,
  equalErrorRate,
  grouped,
  type Matrix,
  type Metric,
  meanNorm,
  type PairPeople,
  peopleOfPairs,
  type RocCurve,
  rocCurve,
  splitScores,
  takeRows,
  tarAtFar,
  type VerificationReport,
  verification,
} from '@pocketnet/evaluate';
import { type EmbeddedSet, type ImageSet, imageKeys, likenessWarning, pairImages, rowOf } from '../embedders/index.js';
import type { Benchmark, BenchmarkOptions, MeasuredRun } from './benchmark.js';
import { thinnedCurve } from './curve.js';
import { findPairs, openPairs, pairPlaces } from './pair-files.js';
import { unreadImages } from './pair-problems.js';

/** A pair set of the field: a `.bin`, or the folder that its authors gave out. */
export interface PairBenchmark {
  readonly name: string;
  readonly title: string;
  readonly folds: number;
  readonly about: string;
  readonly standsFor?: BenchmarkResult['standsFor'];
}

/** A pair set as a benchmark: the LFW protocol. */
export function pairBenchmark(set: PairBenchmark): Benchmark {
  return {
    name: set.name,
    title: set.title,
    about: set.about,
    suite: 'quick',
    files: pairPlaces(set.name),
    find: (folder) => findPairs(set.name, folder),
    run: async (source, place, options = {}) => {
      const { landmarks } = options;
      const { pairs, folds = set.folds, findings } = await openPairs(place, landmarks ? { landmarks } : {});
      const images = pairImages(set.name, pairs, place);
      contiguousFolds(pairs.same, folds); // before the long part
      const embedded = await source.embed(images, options.onProgress ? { onProgress: options.onProgress } : {});
      const measured = measurePairs({ ...set, folds }, pairs, images, embedded, options);
      const { result } = measured;
      return { ...measured, result: { ...result, problems: [...findings, ...result.problems] } };
    },
  };
}

const HARDEST = 8;

/** Pairs that can be scored, and the others' images by name. */
interface Scorable {
  readonly sums: Matrix;
  readonly same: boolean[];
  /** Their numbers in the set. */
  readonly numbers: number[];
}

/**
 * Measures the embeddings of a pair set: image and mirror image summed, thresholds chosen on the other folds (facts 1.9). Pairs
 * with an image that has no embedding are left out, named, and counted as errors in a measure of their own.
 */
export function measurePairs(
  set: PairBenchmark,
  { images, same }: PairSet,
  pictures: ImageSet,
  embedded: EmbeddedSet,
  { seed = 1, samples = 1000 }: BenchmarkOptions = {},
): MeasuredRun & { report: VerificationReport } {
  const { keys } = imageKeys(pictures);
  const scorable = scorablePairs(embedded, same);
  if (scorable.same.length === 0)
    throw new Error(`${set.name}: none of its ${same.length} pairs has embeddings for both faces.`);
  const report = verification(scorable.sums, scorable.same, { folds: set.folds });
  const cosines = report.distances.map((distance) => 1 - distance / 2);
  const scores = splitScores(cosines, scorable.same);
  const curve = rocCurve(scores);
  const own = scorable.numbers.flatMap((pair) => [keys[2 * pair] ?? '', keys[2 * pair + 1] ?? '']);
  const people = peopleOfPairs(own, scorable.same);
  const left = same.length - scorable.same.length;
  const norm = meanNorm(...usableRows(embedded));
  const result: BenchmarkResult = {
    name: set.name,
    title: set.title,
    ...(set.standsFor && { standsFor: set.standsFor }),
    about: `${set.about} ${same.length} pairs in ${set.folds} folds, ${same.filter(Boolean).length} of one person; ${new Set(keys).size} distinct images. ${embedded.flips ? 'Image and mirror image summed' : 'Images alone, no mirror images'}; the threshold of each fold is chosen on the others.`,
    metrics: [
      ...metrics(report, cosines, curve, scorable.same, people, { seed, samples }),
      ...(left > 0
        ? [
            share(
              'accuracy, pairs without embeddings counted as errors',
              (report.accuracy * scorable.same.length) / same.length,
            ),
          ]
        : []),
      { name: 'mean norm', value: norm, interval: null, unit: 'number' },
    ],
    intervals: `95 %, bootstrap over the ${countPeople(people)} people that the pairs tell apart (one image in several pairs and the two faces of a genuine pair are one person), ${samples} draws, seed ${seed}`,
    thresholds: thresholds(report, curve, scorable.same, cosines),
    curve: thinnedCurve(curve),
    hardest: hardestPairs(scorable, cosines),
    problems: [...warnings(embedded), ...unreadImages(embedded.problems, left), ...duplicatePairs(keys, same)],
  };
  return {
    result,
    report,
    curve,
    scores,
    dimension: embedded.images.cols,
    faces: embedded.faces,
    seconds: embedded.seconds,
    pictures: (pair) => {
      const [left, right] = images.slice(2 * pair, 2 * pair + 2);
      return left && right && [left, right];
    },
  };
}

function scorablePairs({ images, flips, problems }: EmbeddedSet, same: readonly boolean[]): Scorable {
  const without = new Set(problems.map(({ index }) => index >> 1));
  const numbers = Array.from(same.keys()).filter((pair) => !without.has(pair));
  const { cols } = images;
  const data = new Float64Array(2 * numbers.length * cols);
  for (const [i, pair] of numbers.entries()) {
    for (const side of [0, 1]) {
      const mirror = flips && rowOf(flips, 2 * pair + side);
      const row = rowOf(images, 2 * pair + side);
      for (let k = 0; k < cols; k++) data[(2 * i + side) * cols + k] = (row[k] ?? 0) + (mirror?.[k] ?? 0);
    }
  }
  return { sums: { rows: 2 * numbers.length, cols, data }, same: numbers.map((pair) => same[pair] ?? false), numbers };
}

function warnings({ images }: EmbeddedSet): string[] {
  const warning = likenessWarning(images);
  return warning === undefined ? [] : [warning];
}

const share = (name: string, value: number): Metric => ({ name, value, interval: null, unit: 'share' });

function metrics(
  report: VerificationReport,
  cosines: Float64Array,
  curve: RocCurve,
  same: readonly boolean[],
  people: readonly PairPeople[],
  resampling: { seed: number; samples: number },
): Metric[] {
  const tar = (far: number): Metric => {
    const { tar: value, resolved } = tarAtFar(curve, far);
    const interval = resolved ? bootstrapTarAtFarByIdentity(people, cosines, same, far, resampling) : null;
    return { name: `TAR at FAR ${far.toExponential()}`, value, interval, unit: 'share', resolved };
  };
  return [
    {
      name: 'accuracy',
      value: report.accuracy,
      deviation: report.accuracyStd,
      interval: bootstrapAccuracyByIdentity(people, report.correct, resampling),
      unit: 'share',
    },
    tar(1e-2),
    tar(1e-3),
    { ...share('VAL at FAR 1e-3, thresholds of the other folds', report.val.val), deviation: report.val.valStd },
    share('equal error rate', equalErrorRate(curve)),
    { name: 'area under the ROC', value: areaUnderCurve(curve), interval: null, unit: 'number' },
  ];
}

/** The mean of the folds' thresholds, and those of two FARs. */
function thresholds(
  report: VerificationReport,
  curve: RocCurve,
  same: readonly boolean[],
  cosines: Float64Array,
): BenchmarkResult['thresholds'] {
  const best = 1 - report.foldThresholds.reduce((sum, distance) => sum + distance, 0) / report.folds / 2;
  const accepted = (kind: boolean): number => {
    const own = cosines.filter((_, i) => same[i] === kind);
    return own.filter((cosine) => cosine > best).length / own.length;
  };
  return [
    {
      name: 'best accuracy (mean of the folds)',
      cosine: best,
      far: accepted(false),
      tar: accepted(true),
      resolved: true,
    },
    ...[1e-2, 1e-3].map((target) => {
      const { threshold, far, tar, resolved } = tarAtFar(curve, target, 'step');
      const isKnown = resolved && Number.isFinite(threshold);
      return { name: `FAR ${target.toExponential()}`, cosine: isKnown ? threshold : 1, far, tar, resolved: isKnown };
    }),
  ];
}

/** The genuine pairs of the lowest and the impostor pairs of the highest scores. */
function hardestPairs({ same, numbers }: Scorable, cosines: Float64Array): BenchmarkResult['hardest'] {
  const all = numbers.map((pair, i) => ({ pair, same: same[i] ?? false, cosine: cosines[i] ?? 0 }));
  const genuine = all.filter((pair) => pair.same).sort((a, b) => a.cosine - b.cosine);
  const impostor = all.filter((pair) => !pair.same).sort((a, b) => b.cosine - a.cosine);
  return [...genuine.slice(0, HARDEST), ...impostor.slice(0, HARDEST)];
}

const countPeople = (people: readonly PairPeople[]): string => grouped(new Set(people.flat()).size);

/** The matrices without the rows of images that have no usable embedding. */
function usableRows({ images, flips, problems }: EmbeddedSet): Matrix[] {
  const bad = new Set(problems.map(({ index }) => index));
  const whole = Array.from({ length: images.rows }, (_, i) => i).filter((i) => !bad.has(i));
  return [images, ...(flips ? [flips] : [])].map((matrix) => takeRows(matrix, whole));
}

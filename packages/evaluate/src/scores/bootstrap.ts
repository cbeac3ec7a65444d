import { Random } from '@pocketnet/files';
import { mean } from '../statistics.js';
import type { Interval } from './interval.js';
import { tarAtFar } from './operating-point.js';
import { type BootstrapOptions, percentiles } from './percentiles.js';
import { type PairScores, type Ranking, rankScores } from './ranking.js';
import { rankingCurve } from './roc.js';

/** A difference of two runs: positive = the second is better. It is settled where the interval leaves out 0. */
export interface Difference extends Interval {
  /** Share of resamples in which the second run is better, ties counted half. */
  readonly secondBetter: number;
}

/**
 * Percentile bootstrap (Efron 1979): draws as many units with replacement as there are, and takes the quantiles of the
 * statistic over the draws. Units must be independent; where pairs share people, let the units be the people.
 *
 * @param units how many there are
 * @param statistic of the drawn units' indices (repeats included); the array is reused between calls
 */
export function bootstrap(
  units: number,
  statistic: (drawn: Int32Array) => number,
  options: BootstrapOptions = {},
): Interval {
  const random = new Random(options.seed ?? 1);
  const drawn = Int32Array.from({ length: units }, (_, i) => i);
  const estimate = statistic(drawn);
  return percentiles(estimate, options, () => {
    for (let i = 0; i < units; i++) drawn[i] = random.int(units);
    return statistic(drawn);
  }).interval;
}

/** Interval of an accuracy, pairs resampled. @param correct per pair, e.g. `VerificationReport.correct` */
export function bootstrapAccuracy(correct: readonly boolean[], options: BootstrapOptions = {}): Interval {
  const right = Uint8Array.from(correct, Number);
  return bootstrap(right.length, (drawn) => drawn.reduce((sum, i) => sum + (right[i] ?? 0), 0) / drawn.length, options);
}

/** Interval of TAR at a FAR (linear rule); genuine and impostor pairs are resampled apart, so their numbers stay. */
export function bootstrapTarAtFar(scores: PairScores, farTarget: number, options: BootstrapOptions = {}): Interval {
  const random = new Random(options.seed ?? 1);
  const ranking = rankScores(scores);
  const tar = (counts: Ranking) => tarAtFar(rankingCurve(counts), farTarget).tar;
  const genuineRanks = ranksOf(ranking.genuine);
  const impostorRanks = ranksOf(ranking.impostor);
  return percentiles(tar(ranking), options, () =>
    tar({
      score: ranking.score,
      genuine: drawCounts(genuineRanks, ranking.score.length, random),
      impostor: drawCounts(impostorRanks, ranking.score.length, random),
    }),
  ).interval;
}

/**
 * Paired bootstrap of the difference in accuracy of two runs on the same pairs, second minus first. Both are judged on
 * the same draws, so what makes a pair hard for both cancels out.
 */
export function bootstrapDifference(
  first: readonly boolean[],
  second: readonly boolean[],
  options: BootstrapOptions = {},
): Difference {
  if (first.length !== second.length) {
    throw new Error(
      `The runs hold ${first.length} and ${second.length} pairs. A paired difference needs the same pairs in the same order.`,
    );
  }
  const gain = Float64Array.from(first, (right, i) => Number(second[i]) - Number(right));
  const random = new Random(options.seed ?? 1);
  const { interval, draws } = percentiles(mean(gain), options, () => {
    let sum = 0;
    for (let i = 0; i < gain.length; i++) sum += gain[random.int(gain.length)] ?? 0;
    return sum / gain.length;
  });
  return { ...interval, secondBetter: mean(draws.map((d) => (d > 0 ? 1 : d < 0 ? 0 : 0.5))) };
}

function ranksOf(counts: Uint32Array): Int32Array {
  const ranks: number[] = [];
  counts.forEach((count, rank) => {
    for (let i = 0; i < count; i++) ranks.push(rank);
  });
  return Int32Array.from(ranks);
}

function drawCounts(ranks: Int32Array, size: number, random: Random): Uint32Array {
  const counts = new Uint32Array(size);
  for (let i = 0; i < ranks.length; i++) {
    const rank = ranks[random.int(ranks.length)] ?? 0;
    counts[rank] = (counts[rank] ?? 0) + 1;
  }
  return counts;
}

import { Random } from '@pocketnet/files';
import type { Interval } from './interval.js';
import { tarAtFar } from './operating-point.js';
import { type BootstrapOptions, percentiles } from './percentiles.js';
import { rankScores, splitScores } from './ranking.js';
import { rankingCurve } from './roc.js';

/** Who is on a pair: the same number twice for a genuine pair. Numbers are 0 … people - 1. */
export type PairPeople = readonly [first: number, second: number];

/**
 * Who is who in a list of pairs, as far as the list tells: the two faces of a genuine pair are one person, and so is one image
 * in several pairs. A person whose pairs share no image counts as several.
 *
 * @param images 2P keys, images 2i and 2i + 1 being pair i; equal keys are one image
 */
export function peopleOfPairs(images: readonly string[], same: readonly boolean[]): PairPeople[] {
  const parent = new Map<string, string>();
  const root = (key: string): string => {
    let at = key;
    for (let up = parent.get(at); up !== undefined; up = parent.get(at)) at = up;
    if (at !== key) parent.set(key, at);
    return at;
  };
  same.forEach((isSame, i) => {
    const [a, b] = [root(images[2 * i] ?? ''), root(images[2 * i + 1] ?? '')];
    if (isSame && a !== b) parent.set(a, b);
  });
  const numbers = new Map<string, number>();
  const numberOf = (key: string): number => {
    const person = root(key);
    const known = numbers.get(person) ?? numbers.size;
    numbers.set(person, known);
    return known;
  };
  return same.map((_, i) => [numberOf(images[2 * i] ?? ''), numberOf(images[2 * i + 1] ?? '')]);
}

/**
 * Bootstrap over people: draws people with replacement; a genuine pair counts as often as its person was drawn, an impostor pair
 * as the product of both (Owen, "The pigeonhole bootstrap", 2007). That keeps what one person's pairs have in common; where few
 * pairs share people the interval is somewhat too wide, never too narrow.
 *
 * @param statistic of the pairs' counts, which are whole; the array is reused
 */
export function bootstrapByIdentity(
  pairs: readonly PairPeople[],
  statistic: (counts: Uint32Array) => number,
  options: BootstrapOptions = {},
): Interval {
  const people = pairs.reduce((most, [a, b]) => Math.max(most, a + 1, b + 1), 0);
  const random = new Random(options.seed ?? 1);
  const counts = new Uint32Array(pairs.length).fill(1);
  const drawn = new Uint32Array(people);
  return percentiles(statistic(counts), options, () => {
    drawPeople(drawn, random);
    pairs.forEach(([a, b], i) => {
      counts[i] = a === b ? (drawn[a] ?? 0) : (drawn[a] ?? 0) * (drawn[b] ?? 0);
    });
    return statistic(counts);
  }).interval;
}

/** Draws as many people as there are, with replacement: how often each was drawn. */
export function drawPeople(drawn: Uint32Array, random: Random): Uint32Array {
  drawn.fill(0);
  for (let i = 0; i < drawn.length; i++) {
    const person = random.int(drawn.length);
    drawn[person] = (drawn[person] ?? 0) + 1;
  }
  return drawn;
}

/** Interval of an accuracy, people resampled. @param correct per pair */
export function bootstrapAccuracyByIdentity(
  pairs: readonly PairPeople[],
  correct: readonly boolean[],
  options: BootstrapOptions = {},
): Interval {
  return bootstrapByIdentity(
    pairs,
    (counts) => {
      let [right, all] = [0, 0];
      counts.forEach((count, i) => {
        all += count;
        if (correct[i]) right += count;
      });
      return right / all;
    },
    options,
  );
}

/** Interval of TAR at a FAR (linear rule), people resampled. @param scores higher = more alike, in the order of the pairs */
export function bootstrapTarAtFarByIdentity(
  pairs: readonly PairPeople[],
  scores: ArrayLike<number>,
  same: readonly boolean[],
  farTarget: number,
  options: BootstrapOptions = {},
): Interval {
  const { score } = rankScores(splitScores(scores, same));
  const places = new Map(Array.from(score, (value, rank) => [value, rank]));
  const rankOf = Int32Array.from(scores, (value) => places.get(value) ?? 0);
  const genuine = new Uint32Array(score.length);
  const impostor = new Uint32Array(score.length);
  return bootstrapByIdentity(
    pairs,
    (counts) => {
      genuine.fill(0);
      impostor.fill(0);
      counts.forEach((count, i) => {
        const into = same[i] ? genuine : impostor;
        const rank = rankOf[i] ?? 0;
        into[rank] = (into[rank] ?? 0) + count;
      });
      return tarAtFar(rankingCurve({ score, genuine, impostor }), farTarget).tar;
    },
    options,
  );
}

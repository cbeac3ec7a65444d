import {
  bootstrapAccuracyByIdentity,
  bootstrapTarAtFarByIdentity,
  type PairPeople,
  peopleOfPairs,
  rocCurve,
  splitScores,
  tarAtFar,
} from '@pocketnet/evaluate';
import { describe, expect, it } from 'vitest';

describe('people of pairs', () => {
  it('are told by genuine pairs and by images that occur again', () => {
    const images = ['a1', 'a2', 'a2', 'b1', 'b1', 'b2', 'c1', 'd1'];
    const [first, second, third, fourth] = peopleOfPairs(images, [true, false, true, false]);
    expect(first?.[0]).toBe(first?.[1]);
    expect(second).toEqual([first?.[0], third?.[0]]);
    expect(new Set([...(first ?? []), ...(third ?? []), ...(fourth ?? [])]).size).toBe(4);
  });

  it('do not depend on the order of the pairs', () => {
    const images = Array.from({ length: 80 }, (_, i) => `image ${(i * 37) % 23}`);
    const same = Array.from({ length: 40 }, (_, i) => i % 4 === 0);
    const groups = (people: readonly PairPeople[]) => people.map(([a, b]) => a === b);
    const turned = peopleOfPairs(images.toReversed(), same.toReversed()).toReversed();
    expect(groups(turned)).toEqual(groups(peopleOfPairs(images, same)));
  });
});

describe('the bootstrap over people', () => {
  const pairs: PairPeople[] = Array.from({ length: 400 }, (_, i) => (i % 2 === 0 ? [i, i] : [i, i - 1]));
  const correct = pairs.map((_, i) => i % 10 !== 0);

  it('holds the estimate, repeats by its seed, and other seeds give other draws', () => {
    const once = bootstrapAccuracyByIdentity(pairs, correct, { seed: 4 });
    expect(once.estimate).toBe(0.9);
    expect(once.low).toBeLessThan(0.9);
    expect(once.high).toBeGreaterThan(0.9);
    expect(bootstrapAccuracyByIdentity(pairs, correct, { seed: 4 })).toEqual(once);
    expect(bootstrapAccuracyByIdentity(pairs, correct, { seed: 5 })).not.toEqual(once);
  });

  it('is wider where the same pairs are of few people who each fail or succeed wholly', () => {
    const few: PairPeople[] = pairs.map((_, i) => [i % 20, i % 20]);
    const many: PairPeople[] = pairs.map((_, i) => [i, i]);
    const failing = pairs.map((_, i) => i % 20 > 1);
    const width = (people: PairPeople[]) => {
      const { low, high } = bootstrapAccuracyByIdentity(people, failing);
      return high - low;
    };
    expect(width(few)).toBeGreaterThan(2 * width(many));
  });

  it('of TAR at FAR estimates what the curve says', () => {
    const scores = pairs.map(([a, b], i) => (a === b ? 0.5 : 0) + Math.sin(12.9 * i) * 0.6);
    const same = pairs.map(([a, b]) => a === b);
    const interval = bootstrapTarAtFarByIdentity(pairs, scores, same, 0.05, { samples: 200 });
    expect(interval.estimate).toBe(tarAtFar(rocCurve(splitScores(scores, same)), 0.05).tar);
    expect(interval.low).toBeLessThanOrEqual(interval.estimate);
    expect(interval.high).toBeGreaterThanOrEqual(interval.estimate);
  });
});

import {
  areaUnderCurve,
  bootstrapTarByUnit,
  countAbove,
  exactTarAtFar,
  nearestFar,
  rocCorners,
  rocCurve,
  sortScores,
  splitScores,
  tarAtFar,
  templateVerification,
} from '@pocketnet/evaluate';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

/** Scores with their truths; few distinct values, so that ties are the rule; one of each kind at least. */
const drawn = fc
  .array(fc.tuple(fc.integer({ min: -4, max: 4 }), fc.boolean()), { maxLength: 40 })
  .map((rest) => [[1, true] as [number, boolean], [0, false] as [number, boolean], ...rest])
  .chain((pairs) => fc.shuffledSubarray(pairs, { minLength: pairs.length }))
  .map((pairs) => ({ scores: Float64Array.from(pairs, ([score]) => score), same: pairs.map(([, same]) => same) }));
const far = fc.oneof(fc.constantFrom(0, 1e-6, 0.1, 1 / 3, 0.5, 1), fc.double({ min: 0, max: 1, noNaN: true }));

const flags = (same: readonly boolean[]) => Uint8Array.from(same, Number);

/** What scikit-learn's roc_curve keeps: the ends, and wherever the second difference of either count is not 0. */
function droppedByTheBook(scores: Float64Array, same: readonly boolean[]) {
  const full = rocCurve(splitScores(scores, same));
  const counts = (rates: Float64Array, total: number) => Array.from(rates.slice(1), (rate) => Math.round(rate * total));
  const [fps, tps] = [counts(full.far, full.impostor), counts(full.tar, full.genuine)];
  const bends = (c: number[], k: number) => (c[k + 1] ?? 0) - 2 * (c[k] ?? 0) + (c[k - 1] ?? 0) !== 0;
  const kept = fps.map((_, k) => k).filter((k) => k === 0 || k === fps.length - 1 || bends(fps, k) || bends(tps, k));
  return {
    far: [0, ...kept.map((k) => full.far[k + 1])],
    tar: [0, ...kept.map((k) => full.tar[k + 1])],
    threshold: [Infinity, ...kept.map((k) => full.threshold[k + 1])],
  };
}

describe('the curve of a long list of scores', () => {
  it('is the full curve without the points that scikit-learn drops', () => {
    fc.assert(
      fc.property(drawn, ({ scores, same }) => {
        const corners = rocCorners(sortScores(scores, flags(same)));
        const expected = droppedByTheBook(scores, same);
        expect(Array.from(corners.far)).toEqual(expected.far);
        expect(Array.from(corners.tar)).toEqual(expected.tar);
        expect(Array.from(corners.threshold)).toEqual(expected.threshold);
      }),
    );
  });

  it('encloses the same area as the full curve', () => {
    fc.assert(
      fc.property(drawn, ({ scores, same }) => {
        const full = rocCurve(splitScores(scores, same));
        expect(areaUnderCurve(rocCorners(sortScores(scores, flags(same))))).toBeCloseTo(areaUnderCurve(full), 10);
      }),
    );
  });
});

describe('TAR at a FAR by rank', () => {
  it('is the step reading of the full curve, ties included', () => {
    fc.assert(
      fc.property(drawn, far, ({ scores, same }, target) => {
        const expected = tarAtFar(rocCurve(splitScores(scores, same)), target, 'step');
        expect(exactTarAtFar(sortScores(scores, flags(same)), target)).toEqual(expected);
      }),
    );
  });

  it('is what counting pairs at or above the threshold gives, and no lower threshold keeps the target', () => {
    fc.assert(
      fc.property(drawn, far, ({ scores, same }, target) => {
        const point = exactTarAtFar(sortScores(scores, flags(same)), target);
        const rates = (threshold: number) => {
          const share = (kind: boolean) => {
            const all = scores.filter((_, i) => same[i] === kind);
            return all.filter((score) => score >= threshold).length / all.length;
          };
          return { tar: share(true), far: share(false) };
        };
        expect(rates(point.threshold)).toEqual({ tar: point.tar, far: point.far });
        expect(point.far).toBeLessThanOrEqual(target);
        const lower = scores.filter((score) => score < point.threshold);
        if (lower.length > 0) expect(rates(Math.max(...lower)).far).toBeGreaterThan(target);
      }),
    );
  });

  it('never decreases with the FAR', () => {
    fc.assert(
      fc.property(drawn, far, far, ({ scores, same }, a, b) => {
        const sorted = sortScores(scores, flags(same));
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        expect(exactTarAtFar(sorted, low).tar).toBeLessThanOrEqual(exactTarAtFar(sorted, high).tar);
        const corners = rocCorners(sorted);
        expect(nearestFar(corners, low).tar).toBeLessThanOrEqual(nearestFar(corners, high).tar);
      }),
    );
  });

  it('does not change when the pairs are permuted, nor its curve', () => {
    fc.assert(
      fc.property(drawn, fc.nat(), ({ scores, same }, turn) => {
        const rotate = <T>(list: readonly T[]) => list.map((_, i) => list[(i + turn) % list.length] as T);
        const report = (s: readonly number[], t: readonly boolean[]) =>
          templateVerification(Float64Array.from(s), flags(t), { intervals: false });
        expect(report(rotate(Array.from(scores)), rotate(same))).toEqual(report(Array.from(scores), same));
      }),
    );
  });

  it('counts pairs that cannot be scored as refused', () => {
    const sorted = sortScores(Float32Array.of(0.9, -Infinity, 0.1, -Infinity), [1, 1, 0, 0]);
    expect(exactTarAtFar(sorted, 0.5)).toMatchObject({ tar: 0.5, far: 0.5 });
    expect(exactTarAtFar(sorted, 1)).toMatchObject({ tar: 0.5, far: 0.5 });
  });

  it('by the released rule may lie above the target, and takes the larger TAR of equally near points', () => {
    const { points } = templateVerification(Float64Array.of(5, 4, 3, 2, 1), [1, 0, 1, 0, 0], {
      fars: [0.2, 0],
      rule: 'released',
    });
    expect(points).toMatchObject([
      { tar: 1, far: 1 / 3 },
      { tar: 0.5, far: 0 },
    ]);
  });
});

describe('scores', () => {
  it('that are not numbers, or of one kind only, are refused', () => {
    expect(() => sortScores(Float64Array.of(1, Number.NaN), [1, 0])).toThrow('The score of pair 1 is NaN.');
    expect(() => sortScores(Float64Array.of(1, 2), [1, 1])).toThrow('2 genuine and 0 impostor');
    expect(() => sortScores(Float64Array.of(1, 2), [1])).toThrow('2 scores have 1 truths');
  });

  it('above a limit are counted without those equal to it', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5 })), fc.integer({ min: -1, max: 6 }), (values, limit) => {
        expect(countAbove(Float64Array.from(values).sort(), limit)).toBe(values.filter((one) => one > limit).length);
      }),
    );
  });
});

describe('the interval of TAR at a FAR', () => {
  const people = 60;
  /** Ten pairs a person that all score alike, so that only people count. */
  const scores = Float64Array.from({ length: 10 * people }, (_, i) => (Math.floor(i / 10) * 0.618_033_988_7) % 1);
  const impostor = Float64Array.from({ length: 5000 }, (_, i) => (i + 0.5) / 10_000).sort();

  it('holds the estimate, starts from the exact point, and is the same for the same seed', () => {
    const units = scores.map((_, i) => Math.floor(i / 10));
    const interval = bootstrapTarByUnit(impostor, { scores, units }, 0.01, { seed: 7 });
    const { tar } = exactTarAtFar({ genuine: scores.toSorted(), impostor }, 0.01);
    expect(interval.estimate).toBe(tar);
    expect(interval.low).toBeLessThan(tar);
    expect(interval.high).toBeGreaterThan(tar);
    expect(bootstrapTarByUnit(impostor, { scores, units }, 0.01, { seed: 7 })).toEqual(interval);
  });

  it('is as wide as that of the independent units, not of the many pairs', () => {
    const width = (units: ArrayLike<number>) => {
      const { low, high } = bootstrapTarByUnit(impostor, { scores, units }, 0.01);
      return high - low;
    };
    const byPerson = width(scores.map((_, i) => Math.floor(i / 10)));
    const byPair = width(scores.map((_, i) => i));
    expect(byPerson / byPair).toBeGreaterThan(2);
    expect(byPerson).toBeGreaterThan(3 * Math.sqrt(0.25 / people));
    expect(byPerson).toBeLessThan(5 * Math.sqrt(0.25 / people));
  });

  it('allows for the threshold: few allowed false accepts make it wide', () => {
    const genuine = Float64Array.from({ length: 4000 }, (_, i) => i / 4000);
    const draws = { scores: genuine, units: genuine.map((_, i) => i) };
    const uniform = (count: number) => Float64Array.from({ length: count }, (_, i) => (i + 0.5) / count);
    const width = (count: number) => {
      const { low, high } = bootstrapTarByUnit(uniform(count), draws, 0.1);
      return high - low;
    };
    // The rank of the refused score is Beta(k + 1, n − k): its deviation at n = 50, FAR 0.1 is about √(0.1·0.9/50) = 0.042.
    expect(width(50)).toBeGreaterThan(3 * 0.042);
    expect(width(50)).toBeLessThan(5 * 0.042);
    expect(width(50)).toBeGreaterThan(3 * width(5000));
  });

  it('is left out where there are not enough impostor pairs to say', () => {
    const { points } = templateVerification(Float64Array.of(3, 2, 1, 0), [1, 1, 0, 0], { fars: [1e-4, 0.5] });
    expect(points[0]).toMatchObject({ resolved: false });
    expect(points[0]).not.toHaveProperty('interval');
    expect(points[1]).toHaveProperty('interval');
  });
});

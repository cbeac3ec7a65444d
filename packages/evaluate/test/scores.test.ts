import {
  areaUnderCurve,
  bootstrap,
  bootstrapAccuracy,
  bootstrapDifference,
  bootstrapTarAtFar,
  equalErrorRate,
  normalCdf,
  normalQuantile,
  type PairScores,
  rocCurve,
  splitScores,
  tarAtFar,
  wilsonInterval,
} from '@pocketnet/evaluate';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

/** Few distinct values, so that ties are the rule. */
const tied = fc.array(fc.integer({ min: 0, max: 8 }), { minLength: 1, maxLength: 40 });
const scores = fc.tuple(tied, tied).map(
  ([genuine, impostor]): PairScores => ({
    genuine: Float64Array.from(genuine),
    impostor: Float64Array.from(impostor),
  }),
);

describe('the ROC curve', () => {
  it('holds at every point the shares of scores at or above its threshold', () => {
    fc.assert(
      fc.property(scores, (given) => {
        const curve = rocCurve(given);
        curve.threshold.forEach((threshold, k) => {
          const share = (all: Float64Array) => all.filter((score) => score >= threshold).length / all.length;
          expect(curve.tar[k]).toBe(share(given.genuine));
          expect(curve.far[k]).toBe(share(given.impostor));
        });
        expect([curve.far[0], curve.tar[0], curve.far.at(-1), curve.tar.at(-1)]).toEqual([0, 0, 1, 1]);
      }),
    );
  });

  it('encloses the area that the Mann-Whitney count of pairs gives', () => {
    fc.assert(
      fc.property(scores, (given) => {
        let wins = 0;
        for (const g of given.genuine) for (const i of given.impostor) wins += g > i ? 1 : g === i ? 0.5 : 0;
        expect(areaUnderCurve(rocCurve(given))).toBeCloseTo(wins / given.genuine.length / given.impostor.length, 10);
      }),
    );
  });

  it('has an equal error rate at which both errors are reached on it', () => {
    fc.assert(
      fc.property(scores, (given) => {
        const curve = rocCurve(given);
        const eer = equalErrorRate(curve);
        expect(eer).toBeGreaterThanOrEqual(0);
        expect(eer).toBeLessThanOrEqual(1);
        const below = tarAtFar(curve, Math.min(1, eer + 1e-9)).tar;
        const above = tarAtFar(curve, Math.max(0, eer - 1e-9)).tar;
        expect(1 - below).toBeLessThanOrEqual(eer + 1e-6);
        expect(1 - above).toBeGreaterThanOrEqual(eer - 1e-6);
      }),
    );
  });

  it('gives 0, 1/2 and 1 as EER of separated, equal and reversed scores', () => {
    const eer = (genuine: number[], impostor: number[]) =>
      equalErrorRate(rocCurve({ genuine: Float64Array.from(genuine), impostor: Float64Array.from(impostor) }));
    expect(eer([3, 4], [1, 2])).toBe(0);
    expect(eer([1], [1])).toBe(0.5);
    expect(eer([1, 2], [3, 4])).toBe(1);
  });

  it('refuses missing kinds and scores that are not finite', () => {
    expect(() => rocCurve({ genuine: new Float64Array(), impostor: Float64Array.of(1) })).toThrow(/no genuine scores/);
    expect(() => rocCurve({ genuine: Float64Array.of(1), impostor: Float64Array.of(Number.NaN, 1) })).toThrow(
      /1 of 2 impostor/,
    );
    expect(() => splitScores([1, 2], [true])).toThrow(/2 scores have 1 truths/);
  });
});

describe('TAR at a FAR', () => {
  it('never decreases with the FAR, and the step rule never exceeds the linear one', () => {
    const rates = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }));
    fc.assert(
      fc.property(scores, rates, (given, [a, b]) => {
        const curve = rocCurve(given);
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        for (const rule of ['linear', 'step'] as const)
          expect(tarAtFar(curve, low, rule).tar).toBeLessThanOrEqual(tarAtFar(curve, high, rule).tar + 1e-12);
        expect(tarAtFar(curve, a, 'step').tar).toBeLessThanOrEqual(tarAtFar(curve, a).tar + 1e-12);
      }),
    );
  });

  it('by steps is the best share of genuine pairs of any threshold whose FAR does not exceed the target', () => {
    fc.assert(
      fc.property(scores, fc.integer({ min: 0, max: 40 }), (given, part) => {
        const target = part / 40;
        const candidates = [Infinity, ...given.genuine, ...given.impostor];
        const share = (all: Float64Array, threshold: number) => all.filter((s) => s >= threshold).length / all.length;
        const allowed = candidates.filter((threshold) => share(given.impostor, threshold) <= target);
        const best = Math.max(...allowed.map((threshold) => share(given.genuine, threshold)));
        const point = tarAtFar(rocCurve(given), target, 'step');
        expect(point.tar).toBe(best);
        expect(share(given.genuine, point.threshold)).toBe(best);
      }),
    );
  });

  it('interpolates halfway between two neighbouring points, and says when the pairs are too few', () => {
    const curve = rocCurve({ genuine: Float64Array.of(1, 3, 5, 7), impostor: Float64Array.of(2, 6) });
    // (0, 1/4) at score 7, (1/2, 1/4) at 6, (1/2, 3/4) at 3, (1, 3/4) at 2, (1, 1) at 1
    expect(tarAtFar(curve, 0.25).tar).toBe(0.25);
    expect(tarAtFar(curve, 0.5)).toMatchObject({ tar: 0.75, far: 0.5, threshold: 3, resolved: true });
    expect(tarAtFar(curve, 1).tar).toBe(1);
    expect(tarAtFar(curve, 0.1).resolved).toBe(false);
    const steep = rocCurve({ genuine: Float64Array.of(2, 1), impostor: Float64Array.of(1) });
    expect(tarAtFar(steep, 0.5).tar).toBe(0.75);
    expect(() => tarAtFar(curve, 1.5)).toThrow(/0 … 1/);
  });
});

describe('the normal distribution', () => {
  it('has the tabulated values, and its quantile is its inverse', () => {
    expect(normalCdf(1.959963984540054)).toBeCloseTo(0.975, 14);
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 10);
    expect(normalQuantile(1e-6)).toBeCloseTo(-4.753424308822899, 6);
    for (let x = -5; x <= 5; x += 0.37) expect(normalQuantile(normalCdf(x))).toBeCloseTo(x, 7);
  });
});

describe('intervals', () => {
  it('of Wilson hold exactly the shares that the observation lies within z standard errors of', () => {
    const z = 1.959963984540054;
    for (const [successes, trials] of [
      [9, 10],
      [1, 7],
      [500, 1000],
      [2995, 3000],
    ] as const) {
      const { low, high } = wilsonInterval(successes, trials);
      for (const p of [low, high])
        expect(Math.abs(successes / trials - p)).toBeCloseTo(z * Math.sqrt((p * (1 - p)) / trials), 10);
    }
    expect(wilsonInterval(0, 20).low).toBe(0);
    expect(wilsonInterval(20, 20).high).toBe(1);
    expect(() => wilsonInterval(3, 2)).toThrow(/3 successes of 2 trials/);
  });

  it('of the bootstrap are the same for one seed, and another for another', () => {
    const correct = Array.from({ length: 500 }, (_, i) => i % 7 !== 0);
    expect(bootstrapAccuracy(correct, { seed: 4 })).toEqual(bootstrapAccuracy(correct, { seed: 4 }));
    expect(bootstrapAccuracy(correct, { seed: 5 })).not.toEqual(bootstrapAccuracy(correct, { seed: 4 }));
  });

  it('of the bootstrap agree with those of Wilson where the pairs are many', () => {
    const correct = Array.from({ length: 4000 }, (_, i) => i % 5 !== 0);
    const drawn = bootstrapAccuracy(correct, { samples: 2000 });
    const exact = wilsonInterval(3200, 4000);
    expect(drawn.estimate).toBe(0.8);
    expect(drawn.low).toBeCloseTo(exact.low, 2);
    expect(drawn.high).toBeCloseTo(exact.high, 2);
  });

  it('of the bootstrap cover the truth about as often as they say', () => {
    let state = 12345;
    const uniform = () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state / 2 ** 32;
    };
    let covered = 0;
    for (let trial = 0; trial < 200; trial++) {
      const correct = Array.from({ length: 200 }, () => uniform() < 0.7);
      const { low, high } = bootstrapAccuracy(correct, { samples: 300, seed: trial });
      if (low <= 0.7 && 0.7 <= high) covered++;
    }
    expect(covered / 200).toBeGreaterThan(0.88);
    expect(covered / 200).toBeLessThan(0.99);
  });

  it('of TAR at a FAR lie round the estimate and narrow with more pairs', () => {
    const given = (pairs: number): PairScores => ({
      genuine: Float64Array.from({ length: pairs }, (_, i) => normalQuantile((i + 0.5) / pairs) + 2),
      impostor: Float64Array.from({ length: pairs }, (_, i) => normalQuantile((i + 0.5) / pairs)),
    });
    const [few, many] = [100, 3000].map((pairs) => bootstrapTarAtFar(given(pairs), 0.05, { samples: 200 }));
    for (const interval of [few, many]) {
      expect(interval?.low).toBeLessThanOrEqual(interval?.estimate ?? 0);
      expect(interval?.high).toBeGreaterThanOrEqual(interval?.estimate ?? 1);
    }
    const width = (interval: typeof few) => (interval?.high ?? 0) - (interval?.low ?? 0);
    expect(width(many)).toBeLessThan(width(few) / 2);
  });

  it('of a paired difference settle a gain that the runs’ own intervals would not', () => {
    const first = Array.from({ length: 1000 }, (_, i) => i % 4 !== 0);
    const second = first.map((right, i) => right || i % 80 === 0);
    const { estimate, low, secondBetter } = bootstrapDifference(first, second);
    expect(estimate).toBeCloseTo(0.013, 12);
    expect(low).toBeGreaterThan(0);
    expect(secondBetter).toBeGreaterThan(0.99);
    expect(bootstrapAccuracy(first).high).toBeGreaterThan(bootstrapAccuracy(second).low);
    expect(bootstrapDifference(first, first)).toMatchObject({ estimate: 0, low: 0, high: 0, secondBetter: 0.5 });
    expect(() => bootstrapDifference(first, second.slice(1))).toThrow(/same pairs/);
  });

  it('refuse what cannot be resampled', () => {
    expect(() => bootstrapAccuracy([])).toThrow(/is not a number/);
    expect(() => bootstrap(3, () => 1, { samples: 1 })).toThrow(/too few/);
    expect(() => bootstrap(3, () => 1, { confidence: 95 })).toThrow(/0.95/);
    expect(() => bootstrap(3, () => 1, { seed: 0.5 })).toThrow(/whole number/);
  });
});

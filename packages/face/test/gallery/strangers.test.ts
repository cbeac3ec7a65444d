import { fitTail, Strangers } from 'pocketnet/gallery';
import { describe, expect, it } from 'vitest';
import { ratesOf, strangersCosines } from './faces.js';

describe('what cosines of strangers mean', () => {
  it('is counted by searches: one among n finds somebody n times as often, and thresholds follow', () => {
    const strangers = new Strangers(ratesOf(strangersCosines(1, 50_000)));
    for (const n of [1, 10, 100]) {
      const threshold = strangers.thresholdFor(0.1, n);
      expect(threshold?.basis).toBe('measured');
      expect(strangers.rateAt(threshold?.cosine ?? 0, n).rate).toBeLessThanOrEqual(0.1);
      expect(strangers.rateAt((threshold?.cosine ?? 0) - 0.01, n).rate).toBeGreaterThan(0.1);
    }
    const thresholds = [1, 10, 100, 1000, 1e5, 1e7].map((n) => strangers.thresholdFor(0.01, n)?.cosine ?? Number.NaN);
    expect(thresholds).toEqual([...thresholds].sort((a, b) => a - b));
  });

  it('is fitted beyond what was measured, by a tail whose interval holds the truth nearly always', () => {
    // Cosines of random directions in d dimensions: (1 + cos)/2 is Beta((d − 1)/2, (d − 1)/2), so that the truth can be integrated.
    const dimension = 16;
    const truth = (rate: number): number => {
      const density = (t: number): number => (1 - t * t) ** ((dimension - 3) / 2);
      const step = 1e-5;
      let total = 0;
      for (let t = -1 + step / 2; t < 1; t += step) total += density(t);
      let above = 0;
      for (let t = 1 - step / 2; t > -1; t -= step) {
        above += density(t);
        if (above / total >= rate) return t;
      }
      return -1;
    };
    let inside = 0;
    const rounds = 40;
    const [wanted, sizes] = [truth(1e-6), [] as number[]];
    for (let seed = 0; seed < rounds; seed++) {
      const tail = fitTail(ratesOf(strangersCosines(seed, 20_000, dimension)));
      const { low, value, high } = tail?.cosineFor(1e-6) ?? { low: 2, value: 2, high: 2 };
      expect(low).toBeLessThanOrEqual(value);
      expect(high).toBeGreaterThanOrEqual(value);
      sizes.push(high - low);
      if (low <= wanted && wanted <= high) inside++;
    }
    expect(inside / rounds).toBeGreaterThan(0.85); // 95 % in the long run; 40 rounds bring fewer than 35 once in a thousand times
    expect(Math.max(...sizes)).toBeLessThan(0.6); // an interval of everything would hold the truth, too
  });

  it('has rates and cosines that are each other’s inverse, beyond the measured ones too', () => {
    const tail = fitTail(ratesOf(strangersCosines(4, 50_000)));
    for (const rate of [1e-4, 1e-5, 1e-6]) {
      const cosine = tail?.cosineFor(rate).value ?? Number.NaN;
      expect(tail?.rateAt(cosine).value).toBeCloseTo(rate, 8);
    }
  });

  it('is not guessed from too few pairs', () => {
    const few = ratesOf(strangersCosines(5, 500));
    expect(fitTail(few)).toBeUndefined();
    const strangers = new Strangers(few);
    expect(strangers.thresholdFor(0.01, 1000)).toBeUndefined();
    expect(strangers.rateAt(0.99, 10)).toMatchObject({ basis: 'bound' });
  });

  it('is wider where pairs share people', () => {
    const cosines = strangersCosines(6, 20_000);
    const alone = ratesOf(cosines);
    const shared = {
      ...alone,
      rateAt(cosine: number) {
        const { rate, interval, supported } = alone.rateAt(cosine);
        const spread = (each: number): number => Math.max(1e-9, rate + 4 * (each - rate));
        return { rate, interval: [spread(interval[0]), spread(interval[1])] as const, supported };
      },
    };
    const width = (tail: ReturnType<typeof fitTail>): number => {
      const { low, high } = tail?.cosineFor(1e-4) ?? { low: 0, high: 0 };
      return high - low;
    };
    expect(width(fitTail(shared))).toBeGreaterThan(1.5 * width(fitTail(alone)));
  });
});

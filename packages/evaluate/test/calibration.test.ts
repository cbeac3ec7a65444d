import {
  type Calibration,
  calibrate,
  calibrationSections,
  ENOUGH_ERRORS,
  falseMatchesByGroup,
  fmrForGallery,
  galleryFalsePositiveRate,
  groupSections,
  htmlReport,
  identityInterval,
  type Matrix,
  modelCardBlock,
  ScoreTally,
  wilsonInterval,
} from '@pocketnet/evaluate';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

/** Faces of people: a direction each and noise. */
function faces(people: number, each: number, d: number, noise: number, seed = 1): { matrix: Matrix; labels: number[] } {
  let state = seed;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
  const labels = Array.from({ length: people * each }, (_, i) => 7 * Math.floor(i / each));
  const directions = Array.from({ length: people }, () => Array.from({ length: d }, uniform));
  const data = Float32Array.from(
    labels.flatMap((label) => (directions[label / 7] ?? []).map((value) => value + noise * uniform())),
  );
  return { matrix: { rows: labels.length, cols: d, data }, labels };
}

/** All cosines, by the schoolbook, rounded as the tally rounds them. */
function cosines({ rows, cols, data }: Matrix): number[][] {
  const row = (r: number) => Array.from(data.subarray(r * cols, (r + 1) * cols));
  const unit = Array.from({ length: rows }, (_, r) => {
    const norm = Math.hypot(...row(r));
    return row(r).map((value) => Math.fround(value / norm));
  });
  return unit.map((a, i) =>
    unit.slice(0, i).map((b) => Math.fround(a.reduce((sum, value, k) => sum + value * (b[k] ?? 0), 0))),
  );
}

const scores = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 1, maxLength: 60 });

describe('the tally of scores', () => {
  it('counts exactly at every threshold that it gives, and gives the lowest which keeps to the rate', () => {
    fc.assert(
      fc.property(scores, fc.double({ min: 0, max: 1, noNaN: true }), (values, rate) => {
        const tally = new ScoreTally();
        tally.addAll(values);
        const threshold = tally.thresholdAt(rate);
        const count = (at: number) => values.filter((value) => Math.fround(value) >= at).length;
        expect(tally.atLeast(threshold)).toBe(count(threshold));
        expect(count(threshold)).toBeLessThanOrEqual(rate * values.length);
        if (threshold > -1) expect(count(threshold - 2 ** -19)).toBeGreaterThan(rate * values.length);
      }),
      { numRuns: 30 },
    );
  });

  it('never lowers the threshold when the rate falls', () => {
    fc.assert(
      fc.property(
        scores,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (values, a, b) => {
          const tally = new ScoreTally();
          tally.addAll(values);
          expect(tally.thresholdAt(Math.min(a, b))).toBeGreaterThanOrEqual(tally.thresholdAt(Math.max(a, b)));
        },
      ),
      { numRuns: 30 },
    );
  });

  it('refuses a score that is not finite', () => {
    expect(() => new ScoreTally().add(Number.NaN)).toThrow(/NaN/);
  });
});

describe('galleries', () => {
  it('follow 1 − (1 − FMR)^N, and back', () => {
    expect(galleryFalsePositiveRate(0.1, 2)).toBeCloseTo(0.19, 12);
    expect(galleryFalsePositiveRate(1e-12, 1000)).toBeCloseTo(1e-9, 18); // 1 - (1 - 1e-12)^1000 loses these digits
    fc.assert(
      fc.property(
        fc.double({ min: 1e-9, max: 0.999, noNaN: true }),
        fc.integer({ min: 1, max: 1e6 }),
        (rate, people) => {
          expect(galleryFalsePositiveRate(fmrForGallery(rate, people), people) / rate).toBeCloseTo(1, 9);
        },
      ),
    );
  });

  it('refuse what is no rate and no gallery', () => {
    expect(() => galleryFalsePositiveRate(2, 1)).toThrow(/FMR is 2/);
    expect(() => fmrForGallery(0.1, 0)).toThrow(/0 people/);
  });
});

describe('the interval by identity', () => {
  it('is wider than that of independent pairs where one person makes all the errors', () => {
    const trialsOf = new Float64Array(100).fill(99);
    const spread = { errors: 50, trials: 4950, trialsOf, errorsOf: new Float64Array(100).fill(1) };
    const one = { ...spread, errorsOf: Float64Array.from({ length: 100 }, (_, i) => (i === 0 ? 50 : i <= 50 ? 1 : 0)) };
    const [a, b] = [identityInterval(spread), identityInterval(one)];
    const independent = wilsonInterval(50, 4950);
    expect([a.low, a.high]).toEqual([independent.low, independent.high]);
    expect(b.high).toBeGreaterThan(1.5 * independent.high);
    expect(b.low).toBeLessThan(independent.low);
  });

  it('follows the rule of three where no error was seen', () => {
    const none = new Float64Array(3);
    const { low, high } = identityInterval({ errors: 0, trials: 3000, errorsOf: none, trialsOf: none });
    expect(low).toBe(0);
    expect(high).toBeCloseTo(3 / 3000, 5);
  });

  it('holds the truth about as often as it says, for people of unequal luck', () => {
    let [inside, state] = [0, 5];
    const uniform = () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state / 2 ** 32;
    };
    const people = 60;
    for (let run = 0; run < 200; run++) {
      // A pair errs with probability 0.2·(u + v), u and v being its people's own: 0.2 in the mean.
      const own = Array.from({ length: people }, uniform);
      const errorsOf = new Float64Array(people);
      let [errors, trials] = [0, 0];
      for (let i = 0; i < people; i++)
        for (let j = 0; j < i; j++, trials++) {
          if (uniform() >= 0.2 * ((own[i] ?? 0) + (own[j] ?? 0))) continue;
          errors++;
          errorsOf[i] = (errorsOf[i] ?? 0) + 1;
          errorsOf[j] = (errorsOf[j] ?? 0) + 1;
        }
      const { low, high } = identityInterval({
        errors,
        trials,
        errorsOf,
        trialsOf: new Float64Array(people).fill(people - 1),
      });
      if (low <= 0.2 && 0.2 <= high) inside++;
    }
    expect(inside).toBeGreaterThan(180); // 95 % are promised
  });
});

describe('calibration', () => {
  const { matrix, labels } = faces(12, 3, 4, 0.6);
  const result = calibrate(matrix, labels, { fmrTargets: [0.3, 0.1, 0.06], galleries: [1, 2, 3], galleryRate: 0.2 });

  it('equals brute force on a small set: pairs, thresholds, both errors', () => {
    const all = cosines(matrix);
    const pairs = all.flatMap((row, i) => row.map((score, j) => ({ score, genuine: labels[i] === labels[j] })));
    const [genuine, impostor] = [true, false].map((kind) => pairs.filter((pair) => pair.genuine === kind));
    expect([result.genuinePairs, result.impostorPairs]).toEqual([genuine?.length, impostor?.length]);
    for (const { fmrTarget, threshold, fmr, fnmr } of result.thresholds) {
      if (threshold === null) throw new Error('These pairs are enough.');
      const sorted = (impostor ?? []).map(({ score }) => score).sort((a, b) => b - a);
      const allowed = Math.floor(fmrTarget * sorted.length);
      // The lowest threshold that lets `allowed` through lies just above the next score, to the width of a bin.
      expect(threshold).toBeGreaterThan(sorted[allowed] ?? 0);
      expect(threshold).toBeLessThan((sorted[allowed] ?? 0) + 3e-6);
      const accepted = (kind: typeof pairs = []) => kind.filter(({ score }) => score >= threshold).length / kind.length;
      expect(fmr?.estimate).toBe(accepted(impostor));
      expect(fnmr?.estimate).toBeCloseTo(1 - accepted(genuine), 12);
      expect(fmr?.low).toBeLessThanOrEqual(fmr?.estimate ?? 0);
      expect(fmr?.high).toBeGreaterThanOrEqual(fmr?.estimate ?? 1);
    }
  });

  it('asks for higher thresholds where less may go wrong, and for larger galleries', () => {
    const rising = (values: readonly { threshold: number | null }[]) => {
      const known = values.flatMap(({ threshold }) => (threshold === null ? [] : [threshold]));
      expect(known.length).toBeGreaterThan(1);
      expect(known).toEqual([...known].sort((a, b) => a - b));
    };
    rising(result.thresholds);
    rising(result.galleries);
  });

  it('has curves that only fall (FMR) and only rise (FNMR)', () => {
    const { fmr, fnmr } = result.curve;
    expect(fmr).toEqual([...fmr].sort((a, b) => b - a));
    expect(fnmr).toEqual([...fnmr].sort((a, b) => a - b));
  });

  it('says where the pairs are too few, and how many it would take', () => {
    const { thresholds } = calibrate(matrix, labels, { fmrTargets: [0.1, 1e-3, 1e-6] });
    expect(thresholds.map(({ threshold }) => threshold !== null)).toEqual([true, false, false]);
    expect(thresholds[2]?.pairsNeeded).toBe(ENOUGH_ERRORS * 1e6);
    const card = modelCardBlock({ ...result, thresholds }, { model: 'm', data: 'd', embedding: 'e' });
    expect(card).toMatch(/\| 1e-6 \| not enough pairs to say \| needs 30,000,000 /);
  });

  it('does not care for the order of the faces, nor for their scale', () => {
    const order = Array.from(labels.keys()).reverse();
    const turned = Float32Array.from(
      order.flatMap((r) => Array.from(matrix.data.subarray(4 * r, 4 * r + 4), (value) => value * (1 + r))),
    );
    const again = calibrate(
      { ...matrix, data: turned },
      order.map((r) => labels[r] ?? 0),
      {
        fmrTargets: [0.3, 0.1, 0.06],
        galleries: [1, 2, 3],
        galleryRate: 0.2,
      },
    );
    again.thresholds.forEach(({ threshold }, i) => {
      expect(Math.abs((threshold ?? 9) - (result.thresholds[i]?.threshold ?? 0))).toBeLessThan(4e-6);
    });
  });

  it('works without genuine pairs, and gives no FNMR', () => {
    const alone = calibrate(matrix, Array.from(labels.keys()), { fmrTargets: [0.1] });
    expect(alone.genuinePairs).toBe(0);
    expect(alone.thresholds[0]).toMatchObject({ fnmr: null });
    expect(alone.curve.fnmr).toEqual([]);
    expect(htmlReport({ title: 't', sections: calibrationSections(alone) })).toContain('Errors over the threshold');
  });

  it('refuses faces that cannot be compared', () => {
    expect(() => calibrate(matrix, labels.slice(1))).toThrow(/36 embeddings have 35 labels/);
    expect(() =>
      calibrate(
        matrix,
        labels.map(() => 3),
      ),
    ).toThrow(/one person/);
    const zero = { ...matrix, data: Float32Array.from(matrix.data).fill(0, 8, 12) };
    expect(() => calibrate(zero, labels)).toThrow(/1 of 36 rows are zero .*rows 2\)/);
  });
});

describe('groups', () => {
  const { matrix, labels } = faces(16, 2, 3, 0.4, 9);
  const groups = labels.map((_, i) => (i % 7 === 0 ? null : i % 3 === 0 ? 'b' : 'a'));
  const [result] = falseMatchesByGroup(matrix, labels, [{ name: 'letter', groups }], [0.8]);
  if (!result) throw new Error('One grouping and one threshold give one result.');

  it('count pairs and false matches as brute force does, inside and across', () => {
    const all = cosines(matrix);
    for (const { first, second, pairs, falseMatches, fmr } of result.rates) {
      let [expectedPairs, expectedMatches] = [0, 0];
      for (const [i, row] of all.entries()) {
        for (const [j, score] of row.entries()) {
          const kinds = [groups[i], groups[j]].sort().join();
          if (labels[i] === labels[j] || kinds !== [first, second].sort().join()) continue;
          expectedPairs++;
          if (score >= 0.8) expectedMatches++;
        }
      }
      expect({ first, second, pairs, falseMatches }).toEqual({
        first,
        second,
        pairs: expectedPairs,
        falseMatches: expectedMatches,
      });
      expect(fmr?.estimate).toBe(expectedMatches / expectedPairs);
    }
    expect(result.rates.length).toBe(3);
    expect(result.rates.some(({ falseMatches }) => falseMatches > 0)).toBe(true);
  });

  it('say how many faces have no group, and are tabled and drawn', () => {
    expect(result.unknown).toBe(groups.filter((group) => group === null).length);
    const html = htmlReport({ title: 't', sections: groupSections([result]) });
    expect(html).toContain('By letter');
    expect(html).toContain('data:image/svg+xml');
  });

  it('of unequal numbers are refused by name', () => {
    expect(() => falseMatchesByGroup(matrix, labels, [{ name: 'age', groups: ['a'] }], [0.5])).toThrow(/"age" names 1/);
  });
});

it('a card is Markdown whose tables have as many cells in each row', () => {
  const { matrix, labels } = faces(12, 3, 4, 0.6);
  const calibration: Calibration = calibrate(matrix, labels, { fmrTargets: [0.1, 1e-5] });
  const rows = modelCardBlock(calibration, { model: 'a', data: 'b', embedding: 'c' })
    .split('\n')
    .filter((line) => line.startsWith('|'));
  expect(new Set(rows.slice(0, 4).map((row) => row.split('|').length)).size).toBe(1);
});

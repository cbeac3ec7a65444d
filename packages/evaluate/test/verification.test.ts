import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { contiguousFolds, flipSum, type Matrix, meanNorm, verification } from '@pocketnet/evaluate';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cpuTime } from '../../../testing/cpu-time.js';
import { GOLDEN, readTensors } from './golden.js';

/** Pairs whose two rows share a direction where they are the same, with noise of the size given. */
function made(same: boolean[], d: number, noise: number, seed: number): Matrix {
  let state = seed;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
  const data = new Float64Array(2 * same.length * d);
  for (let pair = 0; pair < same.length; pair++) {
    const person = Array.from({ length: d }, uniform);
    for (let side = 0; side < 2; side++)
      for (let i = 0; i < d; i++)
        data[(2 * pair + side) * d + i] = (same[pair] ? (person[i] ?? 0) : uniform()) + noise * uniform();
  }
  return { rows: 2 * same.length, cols: d, data };
}

/** The protocol written down naively, threshold by threshold. */
function naive(embeddings: Matrix, same: boolean[], folds: number) {
  const d = embeddings.cols;
  const row = (r: number) => {
    const values = Array.from(embeddings.data.subarray(r * d, (r + 1) * d));
    const norm = Math.hypot(...values) || 1;
    return values.map((v) => v / norm);
  };
  const distance = same.map((_, i) => {
    const [a, b] = [row(2 * i), row(2 * i + 1)];
    return a.reduce((sum, v, k) => sum + (v - (b[k] ?? 0)) ** 2, 0);
  });
  let start = 0;
  return Array.from({ length: folds }, (_, k) => {
    const size = Math.floor(same.length / folds) + (k < same.length % folds ? 1 : 0);
    const inside = (i: number) => i >= start && i < start + size;
    const accuracy = (threshold: number, held: boolean) => {
      const chosen = same.map((_, i) => i).filter((i) => inside(i) === held);
      return chosen.filter((i) => (distance[i] ?? 0) < threshold === same[i]).length / chosen.length;
    };
    let best = 0;
    for (let t = 1; t < 400; t++) if (accuracy(t * 0.01, false) > accuracy(best * 0.01, false)) best = t;
    const result = { threshold: best * 0.01, accuracy: accuracy(best * 0.01, true) };
    start += size;
    return result;
  });
}

const COLS = 6;
/** A rotation in the plane of two axes: the first, how much further the second lies, and the angle. */
const turn = fc.tuple(
  fc.integer({ min: 0, max: COLS - 1 }),
  fc.integer({ min: 1, max: COLS - 1 }),
  fc.double({ min: -Math.PI, max: Math.PI, noNaN: true }),
);

const alternating = (pairs: number) => Array.from({ length: pairs }, (_, i) => i % 2 === 0);

describe('verification', () => {
  it.skipIf(!GOLDEN)('equals the released code on the golden fixture (needs POCKETNET_DATA)', () => {
    const folder = GOLDEN ?? '';
    const expected = JSON.parse(readFileSync(join(folder, 'verification.json'), 'utf8'));
    const tensors = readTensors(join(folder, 'verification.safetensors'));
    const matrix = (name: string): Matrix => {
      const { shape, data } = tensors.get(name) ?? { shape: [], data: new Float32Array() };
      return { rows: shape[0] ?? 0, cols: shape[1] ?? 0, data: data as Float32Array };
    };
    const [images, flips] = [matrix('embeddings'), matrix('embeddings_flip')];
    const same = Array.from(tensors.get('issame')?.data ?? [], Boolean);
    const report = verification(flipSum(images, flips), same, { folds: expected.folds });

    expect(report.foldAccuracies).toEqual(expected.accuracy_per_fold);
    expect(report.accuracy).toBeCloseTo(expected.accuracy_mean, 12);
    expect(report.accuracyStd).toBeCloseTo(expected.accuracy_std_population, 12);
    const close = (actual: number[], wanted: number[], tolerance: number) => {
      expect(actual.length).toBe(wanted.length);
      const worst = Math.max(...actual.map((value, i) => Math.abs(value - (wanted[i] ?? Number.NaN))));
      expect(worst).toBeLessThanOrEqual(tolerance);
    };
    close(report.foldThresholds, expected.best_threshold_per_fold, 1e-9);
    close(report.tpr, expected.tpr, 1e-12);
    close(report.fpr, expected.fpr, 1e-12);
    close(report.val.foldThresholds, expected.val_threshold_per_fold, 1e-6);
    close(report.val.foldVals, expected.val_per_fold, 1e-12);
    close(report.val.foldFars, expected.far_per_fold, 1e-12);
    close([report.val.val, report.val.valStd, report.val.far], [expected.val, expected.val_std, expected.far], 1e-12);
    close([meanNorm(images, flips)], [expected.xnorm], 1e-6);
    close(Array.from(report.distances), Array.from(tensors.get('distance')?.data ?? [], Number), 1e-6);
  });

  it('equals the protocol written down naively, pairs that do not divide by the folds included', () => {
    for (const [pairs, folds, noise] of [
      [40, 4, 0.5],
      [47, 5, 2],
      [33, 2, 3],
      [61, 10, 1.2],
    ] as const) {
      const same = alternating(pairs);
      const embeddings = made(same, 8, noise, pairs);
      const report = verification(embeddings, same, { folds });
      const oracle = naive(embeddings, same, folds);
      expect(report.foldThresholds).toEqual(oracle.map((fold) => fold.threshold));
      expect(report.foldAccuracies).toEqual(oracle.map((fold) => fold.accuracy));
    }
  });

  it('does not change when the sides of pairs are swapped, or every embedding is scaled by a power of two', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e9 }), fc.integer({ min: -20, max: 20 }), (seed, power) => {
        const same = alternating(60);
        const { rows, cols, data } = made(same, 6, 2, seed);
        const changed = new Float64Array(data.length);
        for (let r = 0; r < rows; r++)
          for (let i = 0; i < cols; i++) changed[(r ^ 1) * cols + i] = (data[r * cols + i] ?? 0) * 2 ** power;
        const [before, after] = [data, changed].map((values) => verification({ rows, cols, data: values }, same));
        expect(after).toEqual(before);
      }),
      { numRuns: 30 },
    );
  });

  it('does not change when the space of the embeddings is rotated', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e9 }), fc.array(turn, { minLength: 1, maxLength: 12 }), (seed, turns) => {
        const same = alternating(60);
        const { rows, cols, data } = made(same, COLS, 2, seed);
        const rotated = Float64Array.from(data);
        for (let start = 0; start < rotated.length; start += cols)
          for (const [i, by, angle] of turns) {
            const [a, b] = [start + i, start + ((i + by) % cols)];
            const [x, y] = [rotated[a] ?? 0, rotated[b] ?? 0];
            rotated[a] = Math.cos(angle) * x - Math.sin(angle) * y;
            rotated[b] = Math.sin(angle) * x + Math.cos(angle) * y;
          }
        const [before, after] = [data, rotated].map((values) => verification({ rows, cols, data: values }, same));
        expect(after?.foldAccuracies).toEqual(before?.foldAccuracies);
        expect(after?.correct).toEqual(before?.correct);
        before?.distances.forEach((distance, pair) => {
          expect(after?.distances[pair]).toBeCloseTo(distance, 12);
        });
      }),
      { numRuns: 30 },
    );
  });

  it('does not change the accuracy when pairs are permuted inside a fold', () => {
    const inFold = fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 6 });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e9 }),
        fc.array(inFold, { minLength: 10, maxLength: 10 }),
        (seed, orders) => {
          const same = alternating(60);
          const { rows, cols, data } = made(same, COLS, 2, seed);
          const order = orders.flatMap((places, fold) => places.map((place) => 6 * fold + place));
          const shuffled = Float64Array.from(data);
          order.forEach((from, to) => {
            shuffled.set(data.subarray(from * 2 * cols, (from + 1) * 2 * cols), to * 2 * cols);
          });
          const truths = order.map((from) => same[from] ?? false);
          expect(verification({ rows, cols, data: shuffled }, truths).foldAccuracies).toEqual(
            verification({ rows, cols, data }, same).foldAccuracies,
          );
        },
      ),
      { numRuns: 30 },
    );
  });

  it('marks as correct exactly the share of pairs that the accuracies say', () => {
    const same = alternating(53);
    const report = verification(made(same, 5, 3, 3), same, { folds: 7 });
    contiguousFolds(same, 7).forEach(({ start, end }, k) => {
      const right = report.correct.slice(start, end).filter(Boolean).length;
      expect(right / (end - start)).toBe(report.foldAccuracies[k]);
    });
  });

  it('accepts nothing for VAL where no threshold reaches the FAR, as released', () => {
    const same = alternating(20);
    const opposite = Float64Array.from({ length: 80 }, (_, k) => (same[k >> 2] || k & 2 ? 1 : -1));
    const report = verification({ rows: 40, cols: 2, data: opposite }, same, { folds: 2 });
    expect(report.accuracy).toBe(1);
    expect(report.val.foldThresholds).toEqual([0, 0]);
    expect(report.val.val).toBe(0);
  });

  it('cuts folds by the KFold rule: they cover all pairs in order and the first take the remainder', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 12 }), fc.integer({ min: 0, max: 60 }), (folds, more) => {
        const same = alternating(folds * 2 + more);
        const sizes = contiguousFolds(same, folds).map(({ start, end }) => end - start);
        expect(sizes.reduce((a, b) => a + b)).toBe(same.length);
        expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('refuses a fold of one class and names --folds', () => {
    const same = Array.from({ length: 40 }, (_, i) => i < 20);
    expect(() => verification(made(same, 4, 1, 1), same, { folds: 2 })).toThrow(/Fold 1 of 2 .*genuine.*--folds/s);
    expect(() => verification(made(same, 4, 1, 1), same, { folds: 41 })).toThrow(/--folds/);
  });

  it('refuses sizes that do not fit and values that are not finite, and counts them', () => {
    const same = alternating(20);
    const good = made(same, 4, 1, 1);
    expect(() => verification(good, same.slice(1))).toThrow(/19 pairs need 38 embeddings .*, not 40/);
    expect(() => verification({ ...good, cols: 5 }, same)).toThrow(/does not match/);
    const bad = Float64Array.from(good.data);
    bad[9] = Number.NaN;
    bad[80] = Infinity;
    expect(() => verification({ ...good, data: bad }, same)).toThrow(/2 of 40 rows .*\(rows 2, 20\)/);
    expect(() => flipSum(good, { ...good, rows: 20, cols: 8 })).toThrow(/differ in size/);
  });

  it('refuses an embedding of zeros, which would be at distance 1 from every other, and names it', () => {
    const same = alternating(20);
    const good = made(same, 4, 1, 1);
    const dead = { ...good, data: Float64Array.from(good.data).fill(0, 8, 12) };
    expect(() => verification(dead, same)).toThrow(/1 of 40 rows are zero .*rows 2\)/);
  });

  it('judges 6,000 pairs in well under a second of one core', () => {
    const same = alternating(6000);
    const embeddings = made(same, 128, 2, 5);
    const times = [1, 2, 3].map(() => {
      const start = cpuTime();
      verification(embeddings, same);
      return cpuTime() - start;
    });
    expect(Math.min(...times)).toBeLessThan(500); // about 45 ms on an idle core
  });
});

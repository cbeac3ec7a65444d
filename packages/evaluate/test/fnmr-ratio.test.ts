import { fnmrRatio, type Matrix } from '@pocketnet/evaluate';
import { Random } from '@pocketnet/files';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

/** Faces of people: a direction each, and noise of a given strength. The same seed gives the same people and the same noise. */
function faces(people: number, each: number, noise: number, seed: number): { matrix: Matrix; labels: number[] } {
  const random = new Random(seed);
  const cols = 12;
  const labels = Array.from({ length: people * each }, (_, i) => Math.floor(i / each));
  const directions = Array.from({ length: people }, () => Array.from({ length: cols }, () => random.between(-1, 1)));
  const data = Float32Array.from(
    labels.flatMap((label) => (directions[label] as number[]).map((value) => value + noise * random.between(-1, 1))),
  );
  return { matrix: { rows: labels.length, cols, data }, labels };
}

/** FNMR where an FMR is kept to, by the schoolbook. */
function schoolbook({ rows, cols, data }: Matrix, labels: number[], fmr: number): number {
  const row = (r: number) => Array.from(data.subarray(r * cols, (r + 1) * cols));
  const dot = (a: number[], b: number[]) => a.reduce((sum, value, k) => sum + value * (b[k] ?? 0), 0);
  const genuine: number[] = [];
  const impostors: number[] = [];
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < i; j++) {
      const cosine = dot(row(i), row(j)) / Math.sqrt(dot(row(i), row(i)) * dot(row(j), row(j)));
      (labels[i] === labels[j] ? genuine : impostors).push(cosine);
    }
  impostors.sort((a, b) => b - a);
  const refused = impostors[Math.floor(fmr * impostors.length)] ?? -1;
  return genuine.filter((cosine) => cosine <= refused).length / genuine.length;
}

describe('The ratio of two models’ FNMR', () => {
  test('is of the rates that the schoolbook finds', () =>
    fc.assert(
      fc.property(fc.nat(1e6), fc.constantFrom(0.003, 0.01, 0.05), (seed, fmr) => {
        const [good, poor] = [faces(14, 4, 0.6, seed), faces(14, 4, 1.4, seed)];
        const { first, second, ratio } = fnmrRatio(good.matrix, poor.matrix, good.labels, fmr, { samples: 2 });
        expect(first.estimate).toBeCloseTo(schoolbook(good.matrix, good.labels, fmr), 12);
        expect(second.estimate).toBeCloseTo(schoolbook(poor.matrix, poor.labels, fmr), 12);
        expect(ratio.estimate).toBe(first.estimate / second.estimate);
      }),
      { numRuns: 40 },
    ));

  test('is 1 of a model with itself, on every resample, whatever the scale of its embeddings', () => {
    const { matrix, labels } = faces(30, 4, 1.2, 3);
    const larger = { ...matrix, data: matrix.data.map((value) => 4 * value) };
    const { ratio, people, genuinePairs, impostorPairs } = fnmrRatio(matrix, larger, labels, 0.01, { samples: 50 });
    expect([ratio.low, ratio.estimate, ratio.high]).toEqual([1, 1, 1]);
    expect([people, genuinePairs, impostorPairs]).toEqual([30, 180, 6960]);
  });

  test('has an interval that leaves out 1 where one model is clearly worse, and turns with the models', () => {
    const [good, poor] = [faces(60, 4, 0.8, 5), faces(60, 4, 1.6, 5)];
    const there = fnmrRatio(good.matrix, poor.matrix, good.labels, 0.01, { samples: 200 }).ratio;
    const back = fnmrRatio(poor.matrix, good.matrix, good.labels, 0.01, { samples: 200 }).ratio;
    expect(there.high).toBeLessThan(1);
    expect(back.low).toBeGreaterThan(1);
    expect(back.estimate).toBeCloseTo(1 / there.estimate, 12);
  });

  test('holds the truth about as often as it says', () => {
    const truth = meanRatio(40);
    const held = Array.from({ length: 40 }, (_, trial) => {
      const { low, high } = ratioOf(1000 + trial, 100);
      return low <= truth && truth <= high;
    }).filter(Boolean).length;
    expect(held).toBeGreaterThanOrEqual(34); // of 40 at 95 %: below 34 once in 5,000 times
  });

  test('says what is missing', () => {
    const { matrix, labels } = faces(5, 2, 1, 1);
    const less = { ...matrix, rows: 9, data: matrix.data.subarray(0, 9 * matrix.cols) };
    expect(() => fnmrRatio(matrix, less, labels, 0.1)).toThrow(/10 and 9 embeddings/);
    expect(() => fnmrRatio(matrix, matrix, labels, 1e-3)).toThrow(/not one of 40 impostor pairs/);
    expect(() => fnmrRatio(matrix, matrix, [...labels.keys()], 0.1)).toThrow(/Nobody has two faces/);
  });
});

const ratioOf = (seed: number, samples: number) => {
  const [one, other] = [faces(60, 3, 1.1, seed), faces(60, 3, 1.3, seed + 5e5)];
  return fnmrRatio(one.matrix, other.matrix, one.labels, 0.02, { samples }).ratio;
};

/** The ratio of mean rates over many drawn crowds, which stands for the truth. */
function meanRatio(crowds: number): number {
  const rates = Array.from({ length: crowds }, (_, seed) => {
    const [one, other] = [faces(60, 3, 1.1, seed), faces(60, 3, 1.3, seed + 5e5)];
    const { first, second } = fnmrRatio(one.matrix, other.matrix, one.labels, 0.02, { samples: 2 });
    return [first.estimate, second.estimate] as const;
  });
  const sum = (k: 0 | 1) => rates.reduce((total, rate) => total + rate[k], 0);
  return sum(0) / sum(1);
}

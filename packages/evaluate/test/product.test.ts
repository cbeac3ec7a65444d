import { bestProduct, plainProduct, products } from '@pocketnet/evaluate';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cpuTime } from '../../../testing/cpu-time.js';

const floats = (length: number, seed: number) =>
  Float32Array.from({ length }, (_, i) => Math.sin(12.9898 * (i + 1) + 78.233 * seed) / 8);

describe.each([...products])('the product "%s"', (_, { runs, make }) => {
  it('runs on every Node that the project supports', () => {
    expect(runs()).toBe(true);
  });

  const product = make();

  it('equals sums in float64 to 1e-5 for blocks of any size, remainders included', () => {
    const size = fc.integer({ min: 0, max: 23 });
    fc.assert(
      fc.property(size, size, fc.integer({ min: 1, max: 70 }), fc.nat(1000), (p, g, width, seed) => {
        const left = floats(p * width, seed);
        const right = floats(g * width, seed + 1);
        const scores = new Float32Array(p * g).fill(Number.NaN);
        product(left, right, width, scores);
        for (let i = 0; i < p; i++) {
          for (let j = 0; j < g; j++) {
            let sum = 0;
            for (let k = 0; k < width; k++) sum += (left[i * width + k] ?? 0) * (right[j * width + k] ?? 0);
            expect(Math.abs((scores[i * g + j] ?? Number.NaN) - sum)).toBeLessThan(1e-5);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    [600, 2100, 3],
    [2, 5000, 17],
    [2100, 1, 9],
    [3, 5, 5000],
  ])('equals the reference on %i x %i vectors of %i, which take several blocks', (p, g, width) => {
    const left = floats(p * width, 1);
    const right = floats(g * width, 2);
    const scores = new Float32Array(p * g);
    const reference = new Float32Array(p * g);
    product(left, right, width, scores);
    plainProduct(left, right, width, reference);
    const bound = width * 2 ** -24 * width;
    expect(scores.every((score, i) => Math.abs(score - (reference[i] ?? 0)) <= bound)).toBe(true);
  });

  it('gives equal vectors equal scores wherever they stand in a block', () => {
    const width = 37;
    const vector = floats(width, 5);
    const right = Float32Array.from({ length: 29 * width }, (_, i) => vector[i % width] ?? 0);
    const scores = new Float32Array(11 * 29);
    product(
      Float32Array.from({ length: 11 * width }, (_, i) => vector[i % width] ?? 0),
      right,
      width,
      scores,
    );
    expect(new Set(scores).size).toBe(1);
  });

  it('passes NaN on to the scores of its vectors and to no others', () => {
    const width = 6;
    const left = floats(5 * width, 1);
    const right = floats(13 * width, 2);
    left[2 * width + 3] = Number.NaN;
    right[7 * width] = Number.NaN;
    const scores = new Float32Array(5 * 13);
    product(left, right, width, scores);
    scores.forEach((score, i) => {
      expect(Number.isNaN(score)).toBe(Math.floor(i / 13) === 2 || i % 13 === 7);
    });
  });

  it('remembers nothing of the block before', () => {
    const width = 5;
    const scores = new Float32Array(4);
    product(new Float32Array(40 * width).fill(Number.NaN), floats(9 * width, 1), width, new Float32Array(360));
    product(floats(2 * width, 1), floats(2 * width, 2), width, scores);
    expect(scores.every(Number.isFinite)).toBe(true);
  });

  it('refuses arrays that do not fit each other', () => {
    expect(() => product(new Float32Array(7), new Float32Array(6), 3, new Float32Array(4))).toThrow(/do not divide/);
    expect(() => product(new Float32Array(6), new Float32Array(6), 3, new Float32Array(5))).toThrow(/2 x 2 products/);
    expect(() => product(new Float32Array(6), new Float32Array(6), 0, new Float32Array(4))).toThrow(/at least 1/);
  });
});

describe('bestProduct', () => {
  it('is faster than the plain product', () => {
    const [left, right, scores] = [floats(256 * 128, 1), floats(512 * 128, 2), new Float32Array(256 * 512)];
    const seconds = (product: typeof plainProduct) => {
      product(left, right, 128, scores);
      const times = [0, 1, 2].map(() => {
        const start = cpuTime();
        product(left, right, 128, scores);
        return cpuTime() - start;
      });
      return Math.min(...times);
    };
    expect(seconds(bestProduct())).toBeLessThan(seconds(plainProduct));
  });
});

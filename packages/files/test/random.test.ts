import { Random } from '@pocketnet/files';
import { describe, expect, it } from 'vitest';

const draws = (random: Random, count: number) => Array.from({ length: count }, () => random.next());

describe('Random', () => {
  it('keeps its draws: held-out people and runs under way depend on them', () => {
    const random = new Random(7, 1, 2);
    expect([random.uint32(), random.int(1000), random.shuffle([0, 1, 2, 3, 4])]).toEqual([
      2456635377,
      723,
      [4, 2, 3, 0, 1],
    ]);
    expect(new Random(-0.5).normal()).toBe(-0.5512347950985265);
  });

  it('gives the same sequence for the same seed and streams, and another for any other', () => {
    const sequence = (...numbers: [number, ...number[]]) => draws(new Random(...numbers), 8).join();
    expect(sequence(7, 1, 2)).toBe(sequence(7, 1, 2));
    const others = [
      [7],
      [7, 1],
      [7, 2, 1],
      [8, 1, 2],
      [7, 1, 3],
      [7, 1, 2, 0],
      [7.5, 1, 2],
      [2 ** 40 + 7, 1, 2],
      [-7, 1, 2],
    ];
    const all = [[7, 1, 2], ...others].map((numbers) => sequence(...(numbers as [number, ...number[]])));
    expect(new Set(all).size).toBe(all.length);
  });

  it('is uniform: the chi-square of 64 bins over 64,000 draws is within 5 deviations', () => {
    const bins = new Float64Array(64);
    for (const value of draws(new Random(3, 4), 64_000)) {
      const bin = Math.floor(value * 64);
      bins[bin] = (bins[bin] ?? 0) + 1;
    }
    const chiSquare = bins.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    expect(Math.abs(chiSquare - 63)).toBeLessThan(5 * Math.sqrt(2 * 63));
  });

  it('is uniform and uncorrelated over neighbouring streams, as the samples of a loader are', () => {
    const first = Array.from({ length: 20_000 }, (_, stream) => new Random(1, 0, stream).next());
    const mean = first.reduce((sum, value) => sum + value, 0) / first.length;
    const lagged = first.slice(1).reduce((sum, value, i) => sum + (value - 0.5) * ((first[i] ?? 0) - 0.5), 0);
    expect(Math.abs(mean - 0.5)).toBeLessThan(5 / Math.sqrt(12 * first.length));
    expect(Math.abs(lagged / first.length)).toBeLessThan(5 / 12 / Math.sqrt(first.length));
  });

  it('draws normal numbers of mean 0, deviation 1 and kurtosis 3', () => {
    const random = new Random(5);
    const values = Array.from({ length: 40_000 }, () => random.normal());
    const moment = (power: number) => values.reduce((sum, value) => sum + value ** power, 0) / values.length;
    expect(moment(1)).toBeCloseTo(0, 1);
    expect(moment(2)).toBeCloseTo(1, 1);
    expect(Math.abs(moment(4) - 3)).toBeLessThan(0.2);
  });

  it('shuffles into every order about as often', () => {
    const counts = new Map<string, number>();
    for (let i = 0; i < 12_000; i++) {
      const order = new Random(9, i).shuffle([0, 1, 2, 3]).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    for (const count of counts.values()) expect(Math.abs(count - 500)).toBeLessThan(5 * Math.sqrt(500));
  });
});

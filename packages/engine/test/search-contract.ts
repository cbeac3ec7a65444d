import type { Found, Search, SearchOptions } from '@pocketnet/engine';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

/** The inner product as every build sums it: four sums in float64, side by side. */
function innerProduct(x: Float32Array, y: Float32Array): number {
  const sums = [0, 0, 0, 0];
  for (const [i, value] of x.entries()) sums[i % 4] = (sums[i % 4] as number) + value * (y[i] as number); // as long
  const [a, b, c, d] = sums as [number, number, number, number];
  return a + b + (c + d);
}

/** A loop over all rows, and a sort. */
function plainTop(held: ReadonlyMap<number, Float32Array>, query: Float32Array, k: number, least: number): Found[] {
  return [...held]
    .map(([row, vector]) => ({ row, score: innerProduct(vector, query) }))
    .filter(({ score }) => score >= least)
    .sort((a, b) => b.score - a.score || a.row - b.row)
    .slice(0, k);
}

const vectorOf = (dimension: number) => {
  const values = fc.oneof(
    fc.float({ min: -1, max: 1, noNaN: true }),
    fc.constantFrom(0, -0, 1, -1, 0.5, 2 ** -126, 2 ** -140, 1e6, -1e6), // many equal scores, and codes that lose nearly all
  );
  return fc.array(values, { minLength: dimension, maxLength: dimension }).map((all) => Float32Array.from(all));
};

/** What every build of the search does, in WebAssembly and natively. */
export function searchContract(
  form: string,
  open: (dimension: number, options?: SearchOptions) => Promise<Search>,
): void {
  describe(`search, ${form}`, () => {
    it('finds what a plain loop finds, to the bit, through any additions and removals', async () => {
      const operation = (dimension: number) =>
        fc.oneof(
          { weight: 6, arbitrary: fc.record({ add: vectorOf(dimension) }) },
          { weight: 2, arbitrary: fc.record({ remove: fc.nat() }) },
          {
            weight: 3,
            arbitrary: fc.record({
              query: vectorOf(dimension),
              k: fc.integer({ min: 1, max: 12 }),
              least: fc.constantFrom(-Infinity, -0.1, 0, 0.4),
            }),
          },
        );
      const runs = fc
        .integer({ min: 1, max: 70 })
        .chain((dimension) =>
          fc.record({ dimension: fc.constant(dimension), steps: fc.array(operation(dimension), { maxLength: 120 }) }),
        );
      await fc.assert(
        fc.asyncProperty(runs, async ({ dimension, steps }) => {
          const search = await open(dimension);
          const held = new Map<number, Float32Array>();
          for (const step of steps) {
            if ('add' in step) {
              const row = search.add(step.add);
              expect(held.has(row)).toBe(false);
              held.set(row, step.add);
            } else if ('remove' in step) {
              const row = [...held.keys()][step.remove % Math.max(held.size, 1)];
              if (row === undefined) continue;
              search.remove(row);
              held.delete(row);
              expect(search.vector(row)).toBeUndefined();
            } else {
              expect(search.topK(step.query, step.k, { least: step.least })).toEqual(
                plainTop(held, step.query, step.k, step.least),
              );
            }
          }
          expect(search.size).toBe(held.size);
          for (const [row, vector] of held) expect(search.vector(row)).toEqual(vector);
          search.close();
        }),
        { numRuns: 60 },
      );
    });

    it('finds the best of thousands of unit vectors, near ones and the same twice among them', async () => {
      const dimension = 128;
      const search = await open(dimension);
      let seed = 7;
      const uniform = (): number => {
        seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
        return seed / 2 ** 32 - 0.5;
      };
      const unit = (near?: Float32Array): Float32Array => {
        const raw = Float32Array.from({ length: dimension }, (_, i) => 10 * (near?.[i] ?? 0) + uniform());
        const length = Math.hypot(...raw);
        return raw.map((value) => value / length);
      };
      const held = new Map<number, Float32Array>();
      for (let i = 0; i < 6000; i++) {
        const vector = i % 50 === 0 ? (held.get(i - 1) ?? unit()) : unit(i % 3 === 0 ? held.get(i - 3) : undefined);
        held.set(search.add(vector), vector);
      }
      for (const query of [unit(), unit(held.get(5000)), held.get(99) as Float32Array]) {
        expect(search.topK(query, 10)).toEqual(plainTop(held, query, 10, -Infinity));
        expect(search.topK(query, 7000)).toEqual(plainTop(held, query, 7000, -Infinity));
      }
      expect(search.bytes).toBeLessThan(1.3 * 5 * dimension * 6000);
      search.close();
    });

    it('tells rows apart that differ only where the query is too small for its own code', async () => {
      const search = await open(8);
      const query = Float32Array.of(1, 0.5, 1e-6, -1e-6, 2e-6, 3e-6, -2e-6, 1e-7);
      const held = new Map<number, Float32Array>();
      for (let i = 0; i < 200; i++) {
        const whole = Float32Array.of(127, i % 2, ...[1, 2, 3, 5, 7, 11].map((prime) => ((i * prime) % 13) - 6)); // 8 bits lose nothing
        held.set(search.add(whole), whole);
      }
      expect(search.topK(query, 20)).toEqual(plainTop(held, query, 20, -Infinity));
      search.close();
    });

    it('keeps nothing of a vector that was removed', async () => {
      const search = await open(32, { capacity: 4 });
      const vector = Float32Array.from({ length: 32 }, (_, i) => i + 1);
      const row = search.add(vector);
      search.remove(row);
      expect(search.topK(vector, 1)).toEqual([]);
      expect(search.add(vector.map(() => 0))).toBe(row);
      expect(search.topK(vector, 1)).toEqual([{ row, score: 0 }]);
      expect(() => search.remove(row + 1)).toThrow(`Row ${row + 1} of the search holds no vector`);
      search.close();
    });

    it('refuses what it cannot compare, and all after it is closed', async () => {
      await expect(open(0)).rejects.toThrow('Vectors of 0 values');
      await expect(open(8, { capacity: 0.5 })).rejects.toThrow('capacity');
      const search = await open(3);
      for (const bad of [Number.NaN, Infinity, 1e16]) {
        expect(() => search.add(Float32Array.of(0, bad, 0))).toThrow('not finite, or is longer');
        expect(() => search.topK(Float32Array.of(0, bad, 0), 1)).toThrow('not finite, or is longer');
      }
      expect(() => search.add(new Float32Array(4))).toThrow('The vector has 4 values');
      expect(() => search.topK(new Float32Array(3), 0)).toThrow('The best 0');
      expect(() => search.topK(new Float32Array(3), 1, { least: Number.NaN })).toThrow('no number');
      expect(search.size).toBe(0);
      search.close();
      search.close();
      expect(() => search.add(new Float32Array(3))).toThrow('closed');
      expect(() => search.topK(new Float32Array(3), 1)).toThrow('closed');
    });

    it('sums 8192 of the largest products without overflow', async () => {
      const search = await open(8192);
      const ones = new Float32Array(8192).fill(1);
      search.add(ones.map((value) => -value));
      const row = search.add(ones);
      expect(search.topK(ones, 1)).toEqual([{ row, score: 8192 }]);
      search.close();
    });
  });
}

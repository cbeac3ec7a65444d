import { folds, openSource } from '@pocketnet/data';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

const labelsOf = (location: string): number[] => {
  const source = openSource(location);
  const labels = Array.from({ length: source.length }, (_, i) => source.label(i));
  source.close();
  return labels;
};
const countsOf = (labels: readonly number[], classes: number): number[] =>
  Array.from({ length: classes }, (_, label) => labels.filter((each) => each === label).length);

describe('folds', () => {
  test('share every identity, and the whole, evenly, and lose no image', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 2, max: 3 }),
        fc.nat(99),
        (identities, images, parts, seed) => {
          fc.pre(identities * images >= parts);
          const location = `generated:identities=${identities},images=${images},seed=1,size=32`;
          const dealt = folds(location, parts, seed).map(labelsOf);
          const sizes = dealt.map((labels) => labels.length);
          expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
          const counts = dealt.map((labels) => countsOf(labels, identities));
          for (let label = 0; label < identities; label++) {
            const of = counts.map((count) => count[label] ?? 0);
            expect(of.reduce((sum, n) => sum + n, 0)).toBe(images);
            expect(Math.max(...of) - Math.min(...of)).toBeLessThanOrEqual(1);
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  test('keep every label, even one with no image in a part, so that both halves train one head', () => {
    for (const half of folds('generated:identities=5,images=1,seed=1,size=32', 2)) {
      const source = openSource(half);
      expect(source.identities).toBe(5);
      source.close();
    }
  });

  test('refuse a part that there is not', () => {
    for (const fold of ['3/2', '0/2', 'x', '1']) {
      expect(() => openSource(`generated:identities=4,images=4?fold=${fold}`)).toThrow(/fold=.*part such as 1\/2/);
    }
  });
});

describe('The folds of a selection', () => {
  test('are of the very people that it chose, whatever seed deals them', () => {
    const images = (location: string): string[] => {
      const source = openSource(location);
      const all = Array.from({ length: source.length }, (_, i) => `${source.original?.(i)}`);
      source.close();
      return all.sort();
    };
    const everybody = 'generated:identities=20,images=4,seed=1,size=32';
    for (const selection of ['holdOut=0.3&seed=1', 'heldOut=0.3', 'maxImages=2&seed=5']) {
      const location = `${everybody}?${selection}`;
      const dealt = folds(location, 2, 7);
      expect(dealt.flatMap(images).sort(), selection).toEqual(images(location));
      expect(images(dealt[0] as string)).not.toEqual(images(folds(location, 2, 8)[0] as string));
    }
  });
});

import { arcFaceMargin, cosFaceMargin, type ElasticFaceOptions, elasticFaceMargin, type Margin } from '@pocketnet/lab';
import { manualSeed, randomState, scope, setRandomState, tensor } from '@pocketnet/torch';
import { describe, expect, it } from 'vitest';
import { largest, numbers, values } from './heads-support.js';

const apply = (margin: Margin, cosines: readonly number[]): number[] =>
  scope(() => values(margin.apply(tensor(cosines, [cosines.length, 1], 'float64'))));

/** The margins that samples with these cosines got, by the form that takes them from the cosine. */
function drawnFor(cosines: readonly number[], options: ElasticFaceOptions, seed: number): number[] {
  manualSeed(seed);
  const moved = apply(elasticFaceMargin({ form: 'cos', ...options }), cosines);
  return cosines.map((cosine, i) => cosine - (moved[i] ?? Number.NaN));
}

const ranks = (list: readonly number[]): number[] => {
  const sorted = list.toSorted((a, b) => a - b);
  return list.map((value) => sorted.indexOf(value));
};

describe('ElasticFace', () => {
  const cosines = numbers(4000).map((value) => 0.99 * value);

  it.each([
    [{ form: 'cos' as const }, 0.35, 0.05],
    [{ form: 'cos' as const, plus: true }, 0.35, 0.02],
    [{ form: 'cos' as const, margin: 0.2, sigma: 0.3 }, 0.2, 0.3],
  ])('draws margins of its mean and deviation for %j', (options, mean, sigma) => {
    const drawn = drawnFor(cosines, options, 1);
    const found = drawn.reduce((sum, value) => sum + value) / drawn.length;
    const deviation = Math.sqrt(drawn.reduce((sum, value) => sum + (value - found) ** 2, 0) / drawn.length);
    // Standard errors of n draws: σ/√n and σ/√(2n).
    expect(Math.abs(found - mean)).toBeLessThan((5 * sigma) / Math.sqrt(drawn.length));
    expect(Math.abs(deviation - sigma)).toBeLessThan((5 * sigma) / Math.sqrt(2 * drawn.length));
  });

  it.each([
    ['arc', 0.05, false],
    ['arc', 0.0175, true],
  ] as const)('adds them to the angle in the form %s, σ = %f', (form, sigma, plus) => {
    const near = cosines.map((value) => 0.8 * value); // θ + E < π
    manualSeed(3);
    const moved = apply(elasticFaceMargin({ form, plus }), near);
    const drawn = near.map((cosine, i) => Math.acos(moved[i] ?? Number.NaN) - Math.acos(cosine));
    const same = drawnFor(near, { margin: 0.5, sigma, plus }, 3);
    expect(largest(drawn.map((value, i) => value - (same[i] ?? Number.NaN)))).toBeLessThan(1e-9);
  });

  it('with σ = 0 is ArcFace, or CosFace', () => {
    const arc = apply(elasticFaceMargin({ sigma: 0 }), cosines);
    expect(arc).toEqual(apply(arcFaceMargin(), cosines));
    expect(apply(elasticFaceMargin({ form: 'cos', sigma: 0 }), cosines)).toEqual(
      apply(cosFaceMargin(), cosines).map((value) => expect.closeTo(value, 12)),
    );
  });

  it('with plus gives the farther sample the larger margin', () => {
    const drawn = drawnFor(cosines, { plus: true }, 4);
    const byDistance = Array.from(cosines.keys()).sort((a, b) => (cosines[b] ?? 0) - (cosines[a] ?? 0));
    const inOrder = byDistance.map((i) => drawn[i] ?? Number.NaN);
    expect(inOrder.slice(1).filter((value, i) => value < (inOrder[i] ?? 0) - 1e-12)).toEqual([]);
    expect(drawn.toSorted().map((value) => value.toFixed(9))).toEqual(
      drawnFor(cosines, { sigma: 0.02 }, 4)
        .toSorted()
        .map((value) => value.toFixed(9)),
    );
  });

  it('with the released assignment mixes them up as documented: cosines (.1, .9, .5), margins of rank (1, 2, 0)', () => {
    expect(ranks(drawnFor([0.1, 0.9, 0.5], { plus: true }, 6))).toEqual([2, 0, 1]);
    expect(ranks(drawnFor([0.1, 0.9, 0.5], { plus: true, released: true }, 6))).toEqual([1, 2, 0]);
  });

  it('draws anew at every step, and the same again from the same state of the generator', () => {
    scope(() => {
      const margin = elasticFaceMargin();
      manualSeed(8);
      apply(margin, cosines);
      const state = randomState();
      const second = apply(margin, cosines);
      const third = apply(margin, cosines);
      expect(third).not.toEqual(second);
      setRandomState(state);
      expect([apply(margin, cosines), apply(margin, cosines)]).toEqual([second, third]);
    });
  });

  it('passes no π with a negative margin', () => {
    const cosine = Math.cos(3.1);
    expect(apply(elasticFaceMargin({ margin: -0.2, sigma: 0 }), [cosine])[0]).toBeCloseTo(Math.cos(2.9), 9);
  });
});

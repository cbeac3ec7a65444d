import { ArcFace } from '@pocketnet/lab';
import { manualSeed, scope, tensor } from '@pocketnet/torch';
import { describe, expect, it } from 'vitest';
import { columnOf, derive, differences, dot, error, numbers, unitRows, withCentres } from './heads-support.js';

describe('ArcFace', () => {
  const [embedding, classes] = [4, 3];
  const kernel = numbers(embedding * classes, 7);
  const make = (options: ConstructorParameters<typeof ArcFace>[2] = {}): ArcFace =>
    withCentres(
      new ArcFace(embedding, classes, options).to({ dtype: 'float64' }),
      kernel,
      [embedding, classes],
      'float64',
    );
  const column = (label: number): number[] => columnOf(kernel, classes, label);
  const logits = (head: ArcFace, embeddings: readonly number[], labels: readonly number[]): number[] =>
    scope(() => [
      ...head
        .logits(tensor(embeddings, [labels.length, embedding], 'float64'), tensor(labels, [labels.length], 'int64'))
        .toFloat64(),
    ]);
  const unit = (vector: readonly number[]): number[] => unitRows(vector, vector.length);

  /** A unit vector at an angle to a class' column. */
  function at(label: number, degrees: number): number[] {
    const along = unit(column(label));
    const other = numbers(embedding, 23);
    const across = unit(other.map((value, i) => value - dot(other, along) * (along[i] ?? 0)));
    const angle = (degrees * Math.PI) / 180;
    return along.map((value, i) => Math.cos(angle) * value + Math.sin(angle) * (across[i] ?? 0));
  }
  const targetLogit = (head: ArcFace, degrees: number): number => logits(head, at(0, degrees), [0])[0] ?? Number.NaN;

  const angles = Array.from({ length: 35 }, (_, i) => 5 * (i + 1));

  it.each([0, 0.1, 0.5, 1])('computes s·cos(θ + m), and s·(cos θ − m·sin m) beyond π, for m = %f', (margin) => {
    const scale = 30;
    const head = make({ scale, margin });
    for (const degrees of angles) {
      const embeddings = at(0, degrees);
      const expected = Array.from({ length: classes }, (_, label) => {
        const cosine = dot(embeddings, unit(column(label)));
        if (label !== 0) return scale * cosine;
        const moved = Math.acos(cosine) + margin;
        return scale * (moved < Math.PI ? Math.cos(moved) : cosine - margin * Math.sin(margin));
      });
      const given = logits(head, embeddings, [0]);
      for (const [label, value] of expected.entries()) expect(given[label], `${degrees}°`).toBeCloseTo(value, 8);
    }
  });

  it('lowers the target as the margin grows, at every angle, and touches no other class', () => {
    for (const degrees of angles) {
      const rows = [0, 0.1, 0.2, 0.35, 0.5, 0.8, 1.2].map((margin) => logits(make({ margin }), at(0, degrees), [0]));
      for (const [i, row] of rows.entries()) {
        const before = rows[i - 1];
        if (!before) continue;
        expect(row[0], `${degrees}°`).toBeLessThan(before[0] ?? Number.NaN);
        expect(row.slice(1)).toEqual(before.slice(1));
      }
    }
  });

  it('lowers the target as the angle grows, past the place where θ + m passes π too', () => {
    const head = make();
    const values = angles.map((degrees) => targetLogit(head, degrees));
    expect(values).toEqual(values.toSorted((a, b) => b - a));
    expect(new Set(values)).toHaveLength(angles.length);
  });

  it('with an easy margin leaves targets beyond 90° as they are', () => {
    const [easy, none, full] = [make({ easyMargin: true }), make({ margin: 0 }), make()];
    for (const degrees of angles) {
      if (degrees === 90) continue; // on the edge, rounding decides
      expect(targetLogit(easy, degrees)).toBeCloseTo(targetLogit(degrees < 90 ? full : none, degrees), 9);
    }
  });

  it.each([
    ['below 90°', 50],
    ['beyond 90°', 120],
    ['beyond π − m', 165],
  ])('has the gradients of finite differences: target %s', (_, degrees) => {
    const labels = [0, 2];
    const embeddings = [...at(0, degrees), ...numbers(embedding, 11)].map((value) => 3 * value);
    const head = make({ scale: 16 });
    const { embeddings: slopes, kernel: kernelSlopes } = derive(head, { embeddings, labels }, 'float64');
    const lossAt = (moved: readonly number[]): number => derive(head, { embeddings: moved, labels }, 'float64').loss;
    const lossWith = (moved: readonly number[]): number =>
      derive(withCentres(head, moved, [embedding, classes], 'float64'), { embeddings, labels }, 'float64').loss;
    expect(error(slopes, differences(embeddings, lossAt))).toBeLessThan(1e-6);
    expect(error(kernelSlopes, differences(kernel, lossWith))).toBeLessThan(1e-6);
  });

  it('starts from N(0, 0.01)', () => {
    manualSeed(1);
    const values = new ArcFace(128, 400).kernel.toFloat32();
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
    // Standard errors of n = 51,200 draws: σ/√n = 4.4e-5 and σ/√(2n) = 3.1e-5.
    expect(Math.abs(mean)).toBeLessThan(5 * 4.4e-5);
    expect(Math.abs(deviation - 0.01)).toBeLessThan(5 * 3.1e-5);
    const within = values.filter((value) => Math.abs(value) < 0.01).length / values.length;
    expect(within).toBeCloseTo(0.6827, 1.5);
  });
});

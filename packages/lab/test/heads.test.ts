import { ArcFace, buildHead, checkConfig, type ExperimentConfig, type Head, heads } from '@pocketnet/lab';
import { backward, fromArray, manualSeed, ops, scope, type Tensor, tensor } from '@pocketnet/torch';
import { describe, expect, it } from 'vitest';

/** Reproducible numbers in [-1, 1]. */
function numbers(count: number, seed = 1): number[] {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

function headConfig(kind: string): ExperimentConfig['head'] {
  const experiment = { network: 'any', data: { train: 'any' }, batch: 2, maxSteps: 1, lr: 1, head: { kind } };
  return checkConfig(experiment, 'test').config.head;
}

/** Loss and gradients of a head at some embeddings, in the type of its kernel. */
function derive(head: Head, embeddings: readonly number[], labels: readonly number[], dtype: 'float32' | 'float64') {
  return scope(() => {
    for (const parameter of head.parameters()) parameter.grad = null;
    const input = tensor(embeddings, [labels.length, embeddings.length / labels.length], dtype);
    input.requiresGrad = true;
    const loss = head.loss(input, tensor(labels, [labels.length], 'int64'));
    backward(loss);
    const values = (gradient: Tensor | null): number[] => (gradient ? Array.from(gradient.toArray(), Number) : []);
    return {
      loss: loss.item(),
      shape: loss.shape,
      embeddings: values(input.grad),
      kernel: head.parameters().flatMap((parameter) => values(parameter.grad)),
    };
  });
}

/** Loads a kernel [embedding, classes] into a head. */
function withKernel<H extends Head>(
  head: H,
  kernel: readonly number[],
  shape: readonly number[],
  dtype: 'float32' | 'float64' = 'float32',
): H {
  scope(() => head.loadStateDict(new Map([['kernel', tensor(kernel, shape, dtype)]])));
  return head;
}

describe.each(Object.keys(heads))('the head %s', (kind) => {
  const [embedding, classes] = [6, 5];
  const make = (): Head => {
    manualSeed(1);
    return buildHead(headConfig(kind), embedding, classes);
  };

  it('gives a scalar loss, and gradients for the embeddings and for its own weights', () => {
    const { loss, shape, ...gradients } = derive(make(), numbers(3 * embedding), [0, 2, 4], 'float32');
    expect(loss).toBeGreaterThan(0);
    expect(shape).toEqual([]);
    for (const values of Object.values(gradients)) expect(values.some((value) => value !== 0)).toBe(true);
  });

  it.each([
    ['embeddings along their own column: cos = 1', (column: number[]) => column],
    ['embeddings against their own column: cos = -1', (column: number[]) => column.map((value) => -value)],
    ['embeddings of zero', (column: number[]) => column.map(() => 0)],
    ['tiny embeddings', (column: number[]) => column.map((value) => value * 1e-30)],
    ['huge embeddings', (column: number[]) => column.map((value) => value * 1e30)],
  ])('stays finite for %s', (_, embeddingOf) => {
    const head = make();
    const kernel = head.parameters()[0]?.toFloat32() ?? new Float32Array();
    for (const label of [0, classes - 1]) {
      const column = Array.from({ length: embedding }, (_, row) => kernel[row * classes + label] ?? 0);
      const other = Array.from({ length: embedding }, (_, row) => kernel[row * classes + 2] ?? 0);
      const {
        loss,
        embeddings,
        kernel: slopes,
      } = derive(head, [...embeddingOf(column), ...embeddingOf(other)], [label, label], 'float32');
      expect([loss, ...embeddings, ...slopes].filter((value) => !Number.isFinite(value))).toEqual([]);
    }
  });

  it('stays finite for columns of zero in its kernel, the target among them', () => {
    const kernel = numbers(embedding * classes).map((value, i) => (i % classes < 2 ? 0 : value));
    const head = withKernel(make(), kernel, [embedding, classes]);
    const { loss, embeddings, kernel: slopes } = derive(head, numbers(2 * embedding), [0, 3], 'float32');
    expect([loss, ...embeddings, ...slopes].filter((value) => !Number.isFinite(value))).toEqual([]);
  });

  it('starts from its seed', () => {
    const [a, b] = [make(), make()].map((head) => head.parameters().map((parameter) => parameter.toFloat32()));
    expect(a).toEqual(b);
  });
});

describe('ArcFace', () => {
  const [embedding, classes] = [4, 3];
  const kernel = numbers(embedding * classes, 7);
  const make = (options: ConstructorParameters<typeof ArcFace>[2] = {}): ArcFace =>
    withKernel(
      new ArcFace(embedding, classes, options).to({ dtype: 'float64' }),
      kernel,
      [embedding, classes],
      'float64',
    );
  const column = (label: number): number[] =>
    Array.from({ length: embedding }, (_, row) => kernel[row * classes + label] ?? 0);
  const logits = (head: ArcFace, embeddings: readonly number[], labels: readonly number[]): number[] =>
    scope(() => [
      ...head
        .logits(tensor(embeddings, [labels.length, embedding], 'float64'), tensor(labels, [labels.length], 'int64'))
        .toFloat64(),
    ]);
  const unit = (vector: readonly number[]): number[] => vector.map((value) => value / Math.hypot(...vector));
  const dot = (a: readonly number[], b: readonly number[]): number =>
    a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);

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

  it('with a margin of 0 is the soft-max cross-entropy of s·cos θ', () => {
    const head = make({ margin: 0, scale: 20 });
    const [embeddings, labels] = [numbers(5 * embedding, 3), [0, 1, 2, 1, 0]];
    const expected = labels.map((label, n) => {
      const row = unit(embeddings.slice(n * embedding, (n + 1) * embedding));
      const scores = Array.from({ length: classes }, (_, k) => 20 * dot(row, unit(column(k))));
      return Math.log(scores.reduce((sum, score) => sum + Math.exp(score), 0)) - (scores[label] ?? 0);
    });
    const { loss } = derive(head, embeddings, labels, 'float64');
    expect(loss).toBeCloseTo(expected.reduce((sum, value) => sum + value) / labels.length, 9);
  });

  it('does not see the length of embeddings and of columns, so gradients are at right angles to them', () => {
    const [embeddings, labels] = [numbers(3 * embedding, 5), [0, 1, 2]];
    const head = make();
    const plain = derive(head, embeddings, labels, 'float64');
    for (const factor of [1e-4, 0.3, 1000]) {
      const scaled = derive(
        head,
        embeddings.map((value) => value * factor),
        labels,
        'float64',
      );
      expect(scaled.loss).toBeCloseTo(plain.loss, 8);
      for (const [i, slope] of scaled.embeddings.entries())
        expect(slope * factor).toBeCloseTo(plain.embeddings[i] ?? Number.NaN, 8);
    }
    for (const n of labels.keys()) {
      const row = (values: readonly number[]): number[] => values.slice(n * embedding, (n + 1) * embedding);
      expect(dot(row(plain.embeddings), row(embeddings))).toBeCloseTo(0, 8);
    }
    const longer = withKernel(
      make(),
      kernel.map((value) => value * 17),
      [embedding, classes],
      'float64',
    );
    expect(derive(longer, embeddings, labels, 'float64').loss).toBeCloseTo(plain.loss, 8);
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
    const { embeddings: slopes, kernel: kernelSlopes } = derive(head, embeddings, labels, 'float64');
    const h = 1e-6;
    const loss = (): number => derive(head, embeddings, labels, 'float64').loss;
    for (const [i, slope] of slopes.entries()) {
      const value = embeddings[i] ?? 0;
      const [above, below] = [value + h, value - h].map((moved) => {
        embeddings[i] = moved;
        return loss();
      });
      embeddings[i] = value;
      expect(slope, `embedding ${i}`).toBeCloseTo(((above ?? 0) - (below ?? 0)) / (2 * h), 6);
    }
    for (const [i, slope] of kernelSlopes.entries()) {
      const [above, below] = [h, -h].map((step) => {
        withKernel(
          head,
          kernel.map((value, k) => (k === i ? value + step : value)),
          [embedding, classes],
          'float64',
        );
        return loss();
      });
      expect(slope, `kernel ${i}`).toBeCloseTo(((above ?? 0) - (below ?? 0)) / (2 * h), 6);
    }
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

  it('refuses a label without a class', () => {
    expect(() =>
      scope(() =>
        new ArcFace(embedding, classes).loss(
          fromArray(Float32Array.from(numbers(embedding)), [1, embedding]),
          tensor([classes], [1], 'int64'),
        ),
      ),
    ).toThrow();
    expect(scope(() => ops.zeros([1]).size)).toBe(1); // and the engine goes on
  });
});

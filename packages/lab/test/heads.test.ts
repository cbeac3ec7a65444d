import { buildHead, type Head, heads } from '@pocketnet/lab';
import { backward, manualSeed, noGrad, ops, optim, scope, tensor } from '@pocketnet/torch';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  type Batch,
  centresOf,
  columnOf,
  derive,
  differences,
  dot,
  error,
  headConfig,
  numbers,
  unitRows,
  values,
  withCentres,
} from './heads-support.js';

// What every head keeps, each in all its forms: the combinations of its switches and choices.
function formsOf(kind: string): Record<string, unknown>[] {
  const choices = Object.entries(heads.get(kind)?.options ?? {}).map(([key, option]) => ({
    key,
    values: valuesOf(option),
  }));
  return choices
    .filter(({ values }) => values.length > 0)
    .reduce<Record<string, unknown>[]>(
      (forms, { key, values }) => forms.flatMap((form) => values.map((value) => ({ ...form, [key]: value }))),
      [{}],
    );
}

/** What a boolean or one of several words can be; nothing for numbers. */
function valuesOf(option: z.core.$ZodType): unknown[] {
  if (option instanceof z.ZodDefault || option instanceof z.ZodOptional) return valuesOf(option.unwrap());
  if (option instanceof z.ZodBoolean) return [false, true];
  return option instanceof z.ZodEnum ? option.options : [];
}

const variants = heads.names.flatMap((kind) =>
  formsOf(kind).map((options) => ({ kind, options, name: `${kind} ${JSON.stringify(options)}` })),
);

describe.each(variants)('the head $name', ({ kind, options }) => {
  const [embedding, classes] = [6, 5];
  const shape = [embedding, classes];
  const make = (more: object = {}): Head => {
    manualSeed(1);
    return buildHead(headConfig(kind, { ...options, ...more }), embedding, classes, { teacher: true });
  };
  /** In float64, with centres far from zero, and not moved by its losses. */
  const precise = (more: object = {}, centres = numbers(embedding * classes, 7)): Head =>
    withCentres(make(more).to({ dtype: 'float64' }), centres, shape, 'float64').eval();
  const batch = (labels: readonly number[], seed = 3): Batch => ({
    embeddings: numbers(labels.length * embedding, seed),
    labels,
  });

  it('gives a scalar loss, and gradients for the embeddings and for its own weights', () => {
    const head = make();
    const { loss, shape, embeddings, kernel } = derive(head, batch([0, 2, 4]), 'float32');
    expect(loss).toBeGreaterThan(0);
    expect(shape).toEqual([]);
    for (const slopes of [embeddings, ...(head.parameters().length > 0 ? [kernel] : [])])
      expect(slopes.some((value) => value !== 0)).toBe(true);
  });

  it.each([
    ['embeddings along their own centre: cos = 1', (centre: number[]) => centre],
    ['embeddings against their own centre: cos = -1', (centre: number[]) => centre.map((value) => -value)],
    ['embeddings of zero', (centre: number[]) => centre.map(() => 0)],
    ['tiny embeddings', (centre: number[]) => centre.map((value) => value * 1e-30)],
    ['huge embeddings', (centre: number[]) => centre.map((value) => value * 1e30)],
  ])('stays finite for %s', (_, embeddingOf) => {
    const head = make();
    const centres = values(centresOf(head));
    for (const label of [0, classes - 1]) {
      const embeddings = [label, 2].flatMap((at) => embeddingOf(columnOf(centres, classes, at)));
      const targets = unitRows(
        [label, 2].flatMap((at) => columnOf(centres, classes, at)),
        embedding,
      );
      const found = derive(head, { embeddings, labels: [label, label], targets }, 'float32');
      const all = [found.loss, ...found.embeddings, ...found.kernel, ...values(centresOf(head))];
      expect(all.filter((value) => !Number.isFinite(value))).toEqual([]);
    }
  });

  it('stays finite for centres of zero, the target among them', () => {
    const centres = numbers(embedding * classes).map((value, i) => (i % classes < 2 ? 0 : value));
    const { loss, embeddings, kernel } = derive(withCentres(make(), centres, shape), batch([0, 3]), 'float32');
    expect([loss, ...embeddings, ...kernel].filter((value) => !Number.isFinite(value))).toEqual([]);
  });

  it('has the gradients of finite differences', () => {
    const [head, { embeddings, labels }] = [precise({ scale: 16 }), batch([0, 2, 2, 4])];
    const centres = values(centresOf(head));
    const found = derive(head, { embeddings, labels }, 'float64');
    const lossAt = (moved: readonly number[]): number => derive(head, { embeddings: moved, labels }, 'float64').loss;
    expect(error(found.embeddings, differences(embeddings, lossAt))).toBeLessThan(1e-6);
    if (head.parameters().length === 0) return;
    const lossWith = (moved: readonly number[]): number =>
      derive(withCentres(head, moved, shape, 'float64'), { embeddings, labels }, 'float64').loss;
    expect(error(found.kernel, differences(centres, lossWith))).toBeLessThan(1e-6);
  });

  it('weighs its gradients with what its loss is multiplied with', () => {
    const [once, thrice] = [1, 3].map((weight) => derive(precise(), batch([1, 2]), 'float64', { weight }));
    for (const of of ['embeddings', 'kernel'] as const)
      expect(thrice?.[of].map((value) => value / 3)).toEqual(once?.[of].map((value) => expect.closeTo(value, 10)));
  });

  it('does not see the length of embeddings and of centres, so gradients are at right angles to embeddings', () => {
    const [head, { embeddings, labels }] = [precise(), batch([0, 1, 2], 5)];
    const plain = derive(head, { embeddings, labels }, 'float64');
    for (const factor of [1e-4, 0.3, 1000]) {
      const scaled = derive(head, { embeddings: embeddings.map((value) => value * factor), labels }, 'float64');
      expect(scaled.loss).toBeCloseTo(plain.loss, 8);
      expect(
        error(
          scaled.embeddings,
          plain.embeddings.map((value) => value / factor),
        ),
      ).toBeLessThan(1e-8);
    }
    for (const n of labels.keys()) {
      const row = (all: readonly number[]): number[] => all.slice(n * embedding, (n + 1) * embedding);
      expect(dot(row(plain.embeddings), row(embeddings))).toBeCloseTo(0, 8);
    }
    const longer = precise(
      {},
      values(centresOf(head)).map((value) => 17 * value),
    );
    expect(derive(longer, { embeddings, labels }, 'float64').loss).toBeCloseTo(plain.loss, 8);
  });

  it('without a margin is the soft-max cross-entropy of s·cos θ', () => {
    const head = precise({ scale: 20, margin: 0, ...(kind === 'elastic' && { sigma: 0 }) });
    const { embeddings, labels } = batch([0, 1, 2, 1, 0]);
    const rows = unitRows(embeddings, embedding);
    const centres = values(centresOf(head));
    const expected = labels.map((label, n) => {
      const row = rows.slice(n * embedding, (n + 1) * embedding);
      const scores = Array.from(
        { length: classes },
        (_, k) => 20 * dot(row, unitRows(columnOf(centres, classes, k), embedding)),
      );
      return Math.log(scores.reduce((sum, score) => sum + Math.exp(score), 0)) - (scores[label] ?? 0);
    });
    const { loss } = derive(head, { embeddings, labels }, 'float64');
    expect(loss).toBeCloseTo(expected.reduce((sum, value) => sum + value) / labels.length, 9);
  });

  it('teaches embeddings that can be told apart: its loss falls under SGD', () => {
    const head = make({ scale: 8 });
    const labels = Array.from({ length: 20 }, (_, n) => n % classes);
    const means = unitRows(numbers(classes * embedding, 19), embedding);
    const noise = numbers(labels.length * embedding, 23);
    const mean = (i: number): number =>
      means[(labels[Math.floor(i / embedding)] ?? 0) * embedding + (i % embedding)] ?? 0;
    scope(() => {
      const embeddings = tensor(noise, [labels.length, embedding]);
      embeddings.requiresGrad = true;
      const targets = tensor(
        unitRows(
          noise.map((value, i) => mean(i) + 0.05 * value),
          embedding,
        ),
        [labels.length, embedding],
      );
      const classesOf = tensor(labels, [labels.length], 'int64');
      const optimizer = optim.sgd([embeddings, ...head.parameters()], { lr: 0.3, momentum: 0.9 });
      const losses = Array.from({ length: 40 }, () =>
        scope(() => {
          head.observe(ops.detach(embeddings), [{ share: 1, labels: Int32Array.from(labels), targets }]);
          const loss = head.loss(embeddings, classesOf);
          optimizer.zeroGrad();
          backward(loss);
          optimizer.step();
          return loss.item();
        }),
      );
      expect(losses.at(-1)).toBeLessThan(0.5 * (losses[0] ?? 0));
    });
  });

  it('comes back from its state dict', () => {
    const head = make();
    derive(head, batch([0, 1, 1]), 'float32');
    manualSeed(2);
    const other = buildHead(headConfig(kind, options), embedding, classes, { teacher: true });
    other.loadStateDict(head.stateDict());
    expect(derive(other, batch([3, 1, 0]), 'float32')).toEqual(derive(head, batch([3, 1, 0]), 'float32'));
  });

  it('gives a loss of the same value however often it is asked, since only what it observes moves it', () => {
    const head = make();
    const [centres, { embeddings, labels }] = [values(centresOf(head)), batch([0, 2, 0])];
    const lossOf = (): number =>
      scope(() => {
        manualSeed(5);
        const input = tensor(embeddings, [labels.length, embedding]);
        return head.loss(input, tensor(labels, [labels.length], 'int64')).item();
      });
    expect(lossOf()).toBe(lossOf());
    expect(values(centresOf(head))).toEqual(centres);
  });

  it('starts from its seed', () => {
    const [a, b] = [make(), make()].map((head) => values(centresOf(head)));
    expect(a).toEqual(b);
  });

  it('computes the same loss where nothing is recorded for derivatives', () => {
    const head = precise();
    const { loss } = derive(head, batch([4, 0]), 'float64');
    manualSeed(5);
    const { embeddings, labels } = batch([4, 0]);
    const again = scope(() =>
      noGrad(() => head.loss(tensor(embeddings, [2, embedding], 'float64'), tensor(labels, [2], 'int64')).item()),
    );
    expect(again).toBeCloseTo(loss, 10);
  });

  it.each([classes, -1])('refuses the label %i, which has no class', (label) => {
    const head = make();
    if (label === -1) head.eval(); // what has no label may be observed, but has no loss
    expect(() => derive(head, batch([0, label]), 'float32')).toThrow();
    expect(scope(() => ops.zeros([1]).size)).toBe(1); // and the engine goes on
    expect(values(centresOf(head))).toEqual(values(centresOf(make())));
  });
});

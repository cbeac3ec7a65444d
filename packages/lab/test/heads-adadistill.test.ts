import { AdaDistill, type AdaDistillOptions, ArcFace, buildHead, CosFace } from '@pocketnet/lab';
import { manualSeed } from '@pocketnet/torch';
import { describe, expect, it } from 'vitest';
import {
  type Batch,
  centresOf,
  columnOf,
  derive,
  dot,
  error,
  headConfig,
  numbers,
  simulateRanks,
  unitRows,
  values,
  withCentres,
} from './heads-support.js';

const [embedding, classes] = [6, 5];
const shape = [embedding, classes];
const start = numbers(embedding * classes, 41).map((value) => 0.7 * value);
const unit = (vector: readonly number[]): number[] => unitRows(vector, vector.length);
const clip = (value: number, least: number): number => Math.min(1, Math.max(least, value));

const make = (options?: AdaDistillOptions): AdaDistill =>
  withCentres(new AdaDistill(embedding, classes, options).to({ dtype: 'float64' }), start, shape, 'float64');

/** A batch whose students look like their teachers, some more and some less. */
function seen(labels: readonly number[], seed: number): Required<Batch> {
  const targets = unitRows(numbers(labels.length * embedding, seed), embedding);
  const noise = numbers(targets.length, seed + 1);
  return { labels, targets, embeddings: targets.map((value, i) => 3 * (value + 0.6 * (noise[i] ?? 0))) };
}

/** The rule, one sample after the other. */
function movedCentres(matrix: readonly number[], { embeddings, labels, targets }: Required<Batch>, weighted: boolean) {
  const centres = Array.from({ length: classes }, (_, label) => columnOf(matrix, classes, label));
  for (const [n, label] of labels.entries()) {
    const row = (all: readonly number[]): number[] => all.slice(n * embedding, (n + 1) * embedding);
    const [target, before] = [row(targets), centres[label] ?? []];
    const agreement = dot(unit(row(embeddings)), target);
    const keep = weighted ? clip(agreement * clip(dot(unit(before), target), 1e-6), 1e-6) : clip(agreement, 0);
    centres[label] = before.map((value, i) => keep * value + (1 - keep) * (target[i] ?? 0));
  }
  return Array.from({ length: embedding * classes }, (_, i) => centres[i % classes]?.[Math.floor(i / classes)] ?? 0);
}

describe.each([true, false])('AdaDistill, weighted: %s', (weighted) => {
  it('moves centres sample after sample, in the order of the batch, also within one class', () => {
    const head = make({ weighted });
    let expected = start;
    for (const [step, labels] of [[0, 1, 0, 4, 0, 1], [2, 2, 2, 2], [3], [0, 1, 2, 3, 4]].entries()) {
      const batch = seen(labels, 100 + 10 * step);
      derive(head, batch, 'float64');
      expected = movedCentres(expected, batch, weighted);
      expect(error(values(centresOf(head)), expected), `step ${step}`).toBeLessThan(1e-10);
    }
  });

  it('moves them the same on all ranks, by the samples of all', () => {
    const batches = [seen([0, 1, 1], 1), seen([1, 4, 0], 2), seen([2, 0, 1], 3)];
    const whole = {
      labels: batches.flatMap(({ labels }) => labels),
      targets: batches.flatMap(({ targets }) => targets),
      embeddings: batches.flatMap(({ embeddings }) => embeddings),
    };
    const expected = movedCentres(start, whole, weighted);
    const { results } = simulateRanks(3, (group) => {
      const head = new AdaDistill(embedding, classes, { weighted }, group).to({ dtype: 'float64' });
      derive(withCentres(head, start, shape, 'float64'), batches[group.rank] as Batch, 'float64');
      return values(centresOf(head));
    });
    for (const centres of results) expect(error(centres, expected)).toBeLessThan(1e-10);
    expect(results[1]).toEqual(results[0]);
  });
});

describe('AdaDistill', () => {
  it.each([
    ['arc', () => new ArcFace(embedding, classes, { margin: 0.45 })],
    ['cos', () => new CosFace(embedding, classes, { margin: 0.35 })],
  ] as const)('classifies as its form does, among the moved centres: %s', (form, learned) => {
    const batch = seen([0, 3, 3], 9);
    const head = make({ form });
    const { loss, embeddings } = derive(head, batch, 'float64');
    const moved = movedCentres(start, batch, true);
    const plain = derive(withCentres(learned().to({ dtype: 'float64' }), moved, shape, 'float64'), batch, 'float64');
    expect(loss).toBeCloseTo(plain.loss, 9);
    expect(error(embeddings, plain.embeddings)).toBeLessThan(1e-8);
    expect(head.parameters()).toEqual([]);
  });

  it("takes the teacher's embedding for the centre of a class that lies across it", () => {
    manualSeed(1);
    const head = new AdaDistill(embedding, classes);
    const batch = seen([2], 5);
    withCentres(
      head,
      values(centresOf(head)).map((_, i) => (i % classes === 2 ? -(batch.targets[Math.floor(i / classes)] ?? 0) : 1)),
      shape,
    );
    derive(head, batch, 'float32');
    expect(error(columnOf(values(centresOf(head)), classes, 2), batch.targets)).toBeLessThan(1e-5);
  });

  it('moves nothing in evaluation mode', () => {
    const head = make().eval();
    derive(head, seen([0, 1], 3), 'float64');
    expect(values(centresOf(head))).toEqual(start);
  });

  it('is refused before training where there is no teacher', () => {
    expect(() => buildHead(headConfig('adadistill'), embedding, classes)).toThrow(/adadistill .* teacher/);
  });
});

import { AdaDistill, type AdaDistillOptions, ArcFace, buildHead, CosFace } from '@pocketnet/lab';
import { manualSeed, scope, tensor } from '@pocketnet/torch';
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

/** The rule for mixed images: `views` are who they are, and to which share. */
function movedByMixed(
  matrix: readonly number[],
  embeddings: readonly number[],
  views: readonly { share: number; labels: readonly number[]; targets: readonly number[] }[],
  weighted: boolean,
): number[] {
  const centres = Array.from({ length: classes }, (_, label) => columnOf(matrix, classes, label));
  const row = (all: readonly number[], n: number): number[] => all.slice(n * embedding, (n + 1) * embedding);
  for (const { share, labels, targets } of views)
    for (const [n, label] of labels.entries()) {
      if (label < 0) continue;
      const meant = Array.from({ length: embedding }, (_, i) =>
        views.reduce((sum, view) => sum + view.share * (row(view.targets, n)[i] ?? 0), 0),
      );
      const [target, before] = [row(targets, n), centres[label] ?? []];
      const agreement = dot(unit(row(embeddings, n)), unit(meant));
      const keep = weighted ? clip(agreement * clip(dot(unit(before), target), 1e-6), 1e-6) : clip(agreement, 0);
      centres[label] = before.map((value, i) => value + share * (1 - keep) * ((target[i] ?? 0) - value));
    }
  return Array.from({ length: embedding * classes }, (_, i) => centres[i % classes]?.[Math.floor(i / classes)] ?? 0);
}

describe.each([true, false])('AdaDistill of mixed images, weighted: %s', (weighted) => {
  const labels = [0, 1, 1, -1];
  const partners = [3, 0, 1, 2];
  const { targets, embeddings } = seen([0, 1, 1, 2], 31);
  const permuted = partners.flatMap((n) => targets.slice(n * embedding, (n + 1) * embedding));
  const viewsOf = (share: number) => [
    { share, labels, targets },
    { share: 1 - share, labels: partners.map((n) => labels[n] ?? -1), targets: permuted },
  ];
  const observe = (head: AdaDistill, share: number, of = { from: 0, to: 4 }): void =>
    scope(() => {
      const cut = (rows: readonly number[]) =>
        tensor(rows.slice(of.from * embedding, of.to * embedding), [of.to - of.from, embedding], 'float64');
      head.observe(
        cut(embeddings),
        viewsOf(share).map((view) => ({
          ...{ share: view.share, labels: Int32Array.from(view.labels.slice(of.from, of.to)) },
          targets: cut(view.targets),
        })),
      );
    });

  it.each([0.98, 0.5, 0.2])("moves each person's centre by their share of it: %f", (share) => {
    const head = make({ weighted });
    observe(head, share);
    const expected = movedByMixed(start, embeddings, viewsOf(share), weighted);
    expect(error(values(centresOf(head)), expected)).toBeLessThan(1e-10);
  });

  it('hardly moves the centre of whom an image holds 2 %, and not at all that of whom it holds nothing', () => {
    for (const share of [0.98, 1]) {
      const head = make({ weighted });
      // Image 3 has no label: class 1 is in it as the partner's only.
      observe(head, share, { from: 3, to: 4 });
      const [before, after] = [start, values(centresOf(head))].map((all) => columnOf(all, classes, 1));
      const target = permuted.slice(3 * embedding);
      const far = Math.hypot(...target.map((value, i) => value - (before?.[i] ?? 0)));
      const moved = Math.hypot(...(after ?? []).map((value, i) => value - (before?.[i] ?? 0)));
      expect(moved).toBeLessThanOrEqual((1 - share) * far + 1e-12);
      if (share < 1) expect(moved).toBeGreaterThan(0);
    }
  });

  it('of which one is the whole image moves them as images that are not mixed', () => {
    const batch = seen([0, 3, 3], 9);
    const [whole, plain] = [make({ weighted }), make({ weighted })];
    derive(plain, batch, 'float64');
    scope(() => {
      const input = (rows: readonly number[]) => tensor(rows, [3, embedding], 'float64');
      const view = { labels: Int32Array.from(batch.labels), targets: input(batch.targets) };
      const none = { labels: Int32Array.from([1, 2, 4]), targets: input(unitRows(numbers(18, 3), embedding)) };
      whole.observe(input(batch.embeddings), [
        { share: 1, ...view },
        { share: 0, ...none },
      ]);
    });
    expect(error(values(centresOf(whole)), values(centresOf(plain)))).toBeLessThan(1e-12);
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

import {
  alone,
  arcFaceMargin,
  cosFaceMargin,
  elasticFaceMargin,
  joinShards,
  type Margin,
  MarginHead,
  ShardedHead,
  shardOf,
  takeShard,
} from '@pocketnet/lab';
import { manualSeed, ops, optim, tensor } from '@pocketnet/torch';
import { describe, expect, it } from 'vitest';
import {
  type Batch,
  centresOf,
  columnOf,
  derive,
  error,
  type Float,
  numbers,
  simulateRanks,
  values,
  withCentres,
} from './heads-support.js';

const [embedding, classes, each] = [6, 11, 4];
const kernel = numbers(embedding * classes, 7);
const margins: Record<string, () => Margin> = {
  ArcFace: () => arcFaceMargin(),
  'ArcFace, easy margin': () => arcFaceMargin({ easyMargin: true }),
  CosFace: () => cosFaceMargin(),
  'ElasticFace-Arc': () => elasticFaceMargin(),
  'ElasticFace-Arc+': () => elasticFaceMargin({ plus: true }),
  'ElasticFace-Cos+': () => elasticFaceMargin({ form: 'cos', plus: true, sigma: 0.2 }),
  'ElasticFace-Cos+, released': () => elasticFaceMargin({ form: 'cos', plus: true, sigma: 0.2, released: true }),
};

/** The part of a batch that one of several ranks sees. */
const part = ({ embeddings, labels }: Batch, rank: number, size: number): Batch => {
  const rows = labels.length / size;
  return {
    embeddings: embeddings.slice(rank * rows * embedding, (rank + 1) * rows * embedding),
    labels: labels.slice(rank * rows, (rank + 1) * rows),
  };
};

/** A batch of some ranks; its labels repeat and leave classes out. */
const batchOf = (ranks: number, seed = 3): Batch => ({
  embeddings: numbers(ranks * each * embedding, seed),
  labels: numbers(ranks * each, seed + 1).map((value) => Math.floor(((value + 1) / 2) * classes) % classes),
});

const shapeOf = (count: number): number[] => [embedding, count];
const columns = (matrix: readonly number[], from: number, count: number): number[] =>
  matrix.filter((_, i) => i % classes >= from && i % classes < from + count);

function plain(margin: Margin, batch: Batch, dtype: Float, centres: readonly number[] = kernel) {
  const count = centres.length / embedding;
  const head = new MarginHead(embedding, count, margin).to({ dtype });
  return derive(withCentres(head, centres, shapeOf(count), dtype), batch, dtype);
}

/** Loss and gradients on every rank. */
function sharded(margin: Margin, batch: Batch, size: number, dtype: Float, sampling = 1) {
  return simulateRanks(size, (group) => {
    const head = new ShardedHead(embedding, classes, margin, { group, sampling }).to({ dtype });
    const { start, count } = head.shard;
    withCentres(head, columns(kernel, start, count), shapeOf(count), dtype);
    return { ...derive(head, part(batch, group.rank, size), dtype), start, count };
  });
}

describe.each(Object.entries(margins))('the sharded head with the margin of %s', (_, marginOf) => {
  it.each(
    [1, 2, 3].flatMap((size) => [
      { size, dtype: 'float32' as const, tolerance: 1e-5 },
      { size, dtype: 'float64' as const, tolerance: 1e-12 },
    ]),
  )('equals the plain head over $size ranks in $dtype', ({ size, dtype, tolerance }) => {
    for (const seed of [3, 30, 300]) {
      const batch = batchOf(size, seed);
      const expected = plain(marginOf(), batch, dtype);
      const { results } = sharded(marginOf(), batch, size, dtype);
      for (const { loss, kernel: slopes, start, count } of results) {
        expect(Math.abs(loss / expected.loss - 1)).toBeLessThan(tolerance);
        expect(error(slopes, columns(expected.kernel, start, count))).toBeLessThan(tolerance);
      }
      // times the ranks, because data parallelism averages
      const slopes = results.flatMap(({ embeddings }) => embeddings.map((value) => value / size));
      expect(error(slopes, expected.embeddings)).toBeLessThan(tolerance);
    }
  });
});

describe('the sharded head', () => {
  it('sends between ranks what Partial FC does, and nothing as large as the logits', () => {
    const all = 3 * each;
    const [row, rows] = [`float32 [${all},1]`, `float32 [${all},${embedding}]`];
    const gathered = [`gather int64 [${each}]`, `gather float32 [${each},${embedding}]`];
    const afterwards = [`max ${row}`, `sum ${row}`, `sum ${row}`, `sum ${rows}`];
    for (const margin of [arcFaceMargin(), elasticFaceMargin()])
      expect(sharded(margin, batchOf(3), 3, 'float32').traffic).toEqual([...gathered, ...afterwards]);
    const targetCosines = `sum ${row}`;
    const { traffic } = sharded(elasticFaceMargin({ plus: true }), batchOf(3), 3, 'float32');
    expect(traffic).toEqual([...gathered, targetCosines, ...afterwards]);
  });

  it('is exact where the target has almost no probability', () => {
    const batch: Batch = { embeddings: columnOf(kernel, classes, 0), labels: [1] };
    const opposite = kernel.map((value, i) => (i % classes === 1 ? -(kernel[i - 1] ?? 0) : value));
    const margin = arcFaceMargin();
    const { loss, embeddings } = plain(margin, batch, 'float32', opposite);
    expect(loss).toBeGreaterThan(100); // log 1e30 is 69: where the reference stops
    const head = withCentres(new ShardedHead(embedding, classes, margin), opposite, shapeOf(classes));
    const found = derive(head, batch, 'float32');
    expect(found.loss).toBeCloseTo(loss, 3);
    expect(error(found.embeddings, embeddings)).toBeLessThan(1e-4);
  });

  it.each([1, 2, 3])('with a sampling rate classifies among all positives and enough others: %i ranks', (size) => {
    const batch = batchOf(size, 5);
    for (const sampling of [0.01, 0.3, 0.6, 0.99]) {
      const { results } = sharded(cosFaceMargin({ scale: 4 }), batch, size, 'float64', sampling);
      const taken = results.flatMap(({ kernel: slopes, start, count }) => {
        const used = Array.from({ length: count }, (_, k) => k).filter((k) =>
          columnOf(slopes, count, k).some((value) => value !== 0),
        );
        const positives = new Set(batch.labels.filter((label) => label >= start && label < start + count));
        expect(used.map((k) => k + start)).toEqual(expect.arrayContaining([...positives]));
        expect(used).toHaveLength(Math.max(positives.size, 1, Math.floor(sampling * count)));
        return used.map((k) => k + start);
      });
      // The loss and the gradients are those of the plain head that has these classes only.
      const centres = kernel.filter((_, i) => taken.includes(i % classes));
      const labels = batch.labels.map((label) => taken.indexOf(label));
      const expected = plain(cosFaceMargin({ scale: 4 }), { ...batch, labels }, 'float64', centres);
      for (const { loss } of results) expect(loss).toBeCloseTo(expected.loss, 10);
      const slopes = results.flatMap(({ embeddings }) => embeddings.map((value) => value / size));
      expect(error(slopes, expected.embeddings)).toBeLessThan(1e-10);
    }
  });

  it('samples every other class as often', () => {
    const head = new ShardedHead(embedding, classes, cosFaceMargin(), { sampling: 0.5 }); // 5 of 11
    const labels = [2, 7, 7];
    const times = new Array<number>(classes).fill(0);
    const steps = 600;
    for (let seed = 0; seed < steps; seed++) {
      const { kernel: slopes } = derive(head, { embeddings: numbers(3 * embedding, seed), labels }, 'float32', {
        seed,
      });
      for (const k of times.keys())
        times[k] = (times[k] ?? 0) + (columnOf(slopes, classes, k).some((value) => value !== 0) ? 1 : 0);
    }
    expect([times[2], times[7]]).toEqual([steps, steps]);
    const others = times.filter((_, k) => k !== 2 && k !== 7);
    // 3 of 9 each: a standard error of √(600 · 1/3 · 2/3) = 11.5
    for (const count of others) expect(Math.abs(count - steps / 3)).toBeLessThan(5 * 11.5);
  });

  it('leaves the classes that a step left out where they are under plain SGD; momentum and decay move them', () => {
    const still = (options: { momentum?: number; weightDecay?: number }): number => {
      const head = withCentres(
        new ShardedHead(embedding, classes, cosFaceMargin(), { sampling: 0.3 }),
        kernel,
        shapeOf(classes),
      );
      const optimizer = optim.sgd(head.parameters(), { lr: 0.1, ...options });
      derive(head, batchOf(1, 8), 'float32');
      optimizer.step(); // gives all that took part their momentum
      const [before, batch] = [values(centresOf(head)), { embeddings: numbers(embedding, 9), labels: [1] }];
      const { kernel: slopes } = derive(head, batch, 'float32');
      optimizer.step();
      const after = values(centresOf(head));
      const moved = (k: number): boolean => columnOf(after, classes, k).join() !== columnOf(before, classes, k).join();
      const left = Array.from({ length: classes }, (_, k) => k).filter((k) =>
        columnOf(slopes, classes, k).every((value) => value === 0),
      );
      expect(left.length).toBeGreaterThan(classes / 2);
      expect(moved(1)).toBe(true);
      return left.filter(moved).length;
    };
    expect(still({})).toBe(0);
    expect(still({ momentum: 0.9 })).toBeGreaterThan(0);
    expect(still({ weightDecay: 0.1 })).toBeGreaterThan(classes / 2);
  });

  it('starts from other centres on every rank, though all are seeded alike, and from the plain ones on a single rank', () => {
    const draw = (size: number) =>
      simulateRanks(size, (group) => {
        manualSeed(1);
        const head = new ShardedHead(embedding, classes, arcFaceMargin(), { group });
        return { centres: values(centresOf(head)), next: values(ops.randn([3])) };
      }).results;
    manualSeed(1);
    const whole = values(centresOf(new MarginHead(embedding, classes, arcFaceMargin())));
    expect(draw(1)[0]?.centres).toEqual(whole);
    const several = draw(4);
    const all = several.flatMap(({ centres }) => centres);
    expect(all).toHaveLength(embedding * classes);
    expect(new Set(all).size).toBe(all.length);
    for (const { next } of several) expect(next).toEqual(several[0]?.next);
  });

  it.each([1, 2, 3, 4, 5])('joins to the same checkpoint as it was taken from, over %i ranks', (size) => {
    const shards = Array.from({ length: size }, (_, rank) => shardOf(classes, rank, size));
    expect(shards.flatMap(({ start, count }) => Array.from({ length: count }, (_, i) => start + i))).toEqual(
      Array.from({ length: classes }, (_, label) => label),
    );
    const { results } = simulateRanks(size, (group) => {
      const own = takeShard(tensor(kernel, shapeOf(classes), 'float64'), group);
      expect(own.shape).toEqual(shapeOf(shards[group.rank]?.count ?? 0));
      return values(joinShards(own, classes, group));
    });
    for (const whole of results) expect(whole).toEqual(kernel);
  });

  it('refuses more ranks than classes, and a sampling rate outside (0, 1]', () => {
    expect(() => new ShardedHead(embedding, 2, arcFaceMargin(), { group: { ...alone, size: 3 } })).toThrow(
      /2 classes .* 3/,
    );
    for (const sampling of [0, -1, 1.5, Number.NaN])
      expect(() => new ShardedHead(embedding, classes, arcFaceMargin(), { sampling })).toThrow(/sampling rate/);
  });
});

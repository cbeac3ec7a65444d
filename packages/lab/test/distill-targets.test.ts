import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  assignStages,
  cosineLoss,
  distillationLosses,
  EmbeddingCache,
  findStages,
  JoinedCaches,
  principalDirections,
  relationLoss,
  shardImages,
  templateLoss,
} from '@pocketnet/lab';
import { backward, fromArray, manualSeed, ops, scope, type Tensor } from '@pocketnet/torch';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { workplace } from './experiment.js';

const at = workplace();

const randomRows = (rows: number, width: number): Tensor => ops.randn([rows, width]);
const unit = (rows: number, width: number): Tensor => ops.normalize(randomRows(rows, width));

describe('the losses of distillation', () => {
  test.each(Object.keys(distillationLosses))('%s is zero for a student that equals its teacher up to length', (name) =>
    scope(() => {
      const targets = unit(6, 16);
      const loss = distillationLosses[name as keyof typeof distillationLosses];
      expect(loss(ops.mulScalar(targets, 7), targets, 100).item()).toBeCloseTo(0, 4);
    }),
  );

  test.each([32, 128, 256])('template distillation equals (w / d) (2 − 2 cos) at d = %i', (width) =>
    scope(() => {
      const [students, targets] = [randomRows(8, width), unit(8, width)];
      const cosines = ops.mean(ops.sumOver(ops.mul(ops.normalize(students), targets), [1])).item();
      expect(templateLoss(students, targets, 100).item()).toBeCloseTo((100 / width) * (2 - 2 * cosines), 4);
    }),
  );

  test('the cosine form pulls alike at every width and equals the template form at 128', () =>
    scope(() => {
      const [students, targets] = [randomRows(8, 128), unit(8, 128)];
      expect(cosineLoss(students, targets, 50).item()).toBeCloseTo(templateLoss(students, targets, 50).item(), 4);
      const padded = (rows: Tensor): Tensor => ops.cat([rows, ops.zeros([8, 128])], 1);
      expect(cosineLoss(padded(students), padded(targets), 50).item()).toBeCloseTo(
        cosineLoss(students, targets, 50).item(),
        4,
      );
    }));

  test.each(Object.keys(distillationLosses))('%s falls along its own gradient', (name) =>
    scope(() => {
      const loss = distillationLosses[name as keyof typeof distillationLosses];
      const targets = unit(4, 16);
      const students = randomRows(4, 16);
      students.requiresGrad = true;
      const before = loss(students, targets, 100);
      backward(before);
      const { grad } = students;
      expect(grad).not.toBeNull();
      const moved = ops.sub(ops.detach(students), ops.mulScalar(grad as Tensor, 1e-2)); // not null: expected above
      expect(loss(moved, targets, 100).item()).toBeLessThan(before.item());
    }),
  );
});

describe('the relational term', () => {
  test('does not see a rotation of the embedding, nor the lengths of its rows', () =>
    scope(() => {
      manualSeed(3);
      const targets = unit(6, 4);
      const [cos, sin] = [Math.cos(0.7), Math.sin(0.7)];
      const turn = fromArray(Float32Array.of(cos, sin, 0, 0, -sin, cos, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1), [4, 4]);
      expect(relationLoss(ops.mulScalar(ops.matmul(targets, turn), 5), targets, 100).item()).toBeCloseTo(0, 6);
    }));

  test('is the mean over the pairs of different faces of the squared difference of their cosines', () =>
    scope(() => {
      const students = fromArray(Float32Array.of(2, 0, 0, 3, 1, 1), [3, 2]);
      const targets = fromArray(Float32Array.of(1, 0, 1, 0, 0, 1), [3, 2]);
      const half = Math.SQRT1_2;
      // pairs (0, 1), (0, 2), (1, 2): students 0, √½, √½; targets 1, 0, 0
      const expected = (1 + half ** 2 + half ** 2) / 3;
      expect(relationLoss(students, targets, 10).item()).toBeCloseTo(10 * expected, 5);
    }));
});

describe('the stages of a teacher', () => {
  test('matched pairs every epoch with its own stage and refuses a teacher with too few', () => {
    expect(assignStages('matched', 5, 3)).toEqual([0, 1, 2]);
    expect(() => assignStages('matched', 2, 3)).toThrow('3 epochs, but the teacher has 2 stages');
  });

  test('a list names stages from 1, and its last entry holds on', () => {
    expect(assignStages([1, 3], 3, 4)).toEqual([0, 2, 2, 2]);
    expect(() => assignStages([4], 3, 1)).toThrow('asks for stage 4; the teacher has 3');
  });

  test('stretched never goes back, ends at the last stage, and is matched where the numbers agree', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }), (stages, epochs) => {
        const places = assignStages('stretched', stages, epochs);
        expect(places.at(-1)).toBe(stages - 1);
        for (const [i, place] of places.entries()) {
          expect(place).toBeGreaterThanOrEqual(places[i - 1] ?? 0);
          expect(place).toBeLessThan(stages);
        }
        if (stages === epochs) expect(places).toEqual(assignStages('matched', stages, epochs));
      }),
    );
  });

  test('a folder is read in the order of its numbers, ours or the released ones, and an empty one is refused', () => {
    const folder = at('released');
    mkdirSync(folder);
    expect(() => findStages(folder)).toThrow('keepEpochs');
    for (const step of [22744, 11372, 113720]) writeFileSync(join(folder, `${step}backbone.pth`), '');
    expect(findStages(folder).map(({ number }) => number)).toEqual([11372, 22744, 113720]);
    expect(() => findStages(at('nowhere'))).toThrow('does not exist');
  });
});

test('a cache gives back what was written, by image and mirror image, and misses what was cut short', () => {
  const images = shardImages + 3;
  const cache = new EmbeddingCache(at('cache'), images, 4);
  const value = (index: number, k: number): number => index * 8 + k;
  expect(cache.missing()).toEqual([0, 1]);
  for (const shard of cache.missing()) {
    const count = cache.imagesOf(shard);
    cache.write(
      shard,
      Float32Array.from({ length: count * 8 }, (_, i) => value(shard * shardImages + Math.floor(i / 8), i % 8)),
    );
  }
  const both = new Float32Array(8);
  for (const index of [0, shardImages - 1, shardImages, images - 1]) {
    cache.read(index, both);
    expect([...both]).toEqual(Array.from({ length: 8 }, (_, k) => value(index, k)));
  }
  cache.close();
  writeFileSync(at('cache', '00001.f32'), 'short');
  expect(new EmbeddingCache(at('cache'), images, 4).missing()).toEqual([1]);
});

test('the caches of parts are read as one, a part that comes twice twice', () => {
  const value = (part: number, index: number, k: number): number => 1000 * part + index * 8 + k;
  const [first, second] = [3, 2].map((images, part) => {
    const cache = new EmbeddingCache(at(`part-${part}`), images, 4);
    cache.write(
      0,
      Float32Array.from({ length: images * 8 }, (_, i) => value(part, Math.floor(i / 8), i % 8)),
    );
    return cache;
  }) as [EmbeddingCache, EmbeddingCache];
  const joined = new JoinedCaches([first, second, first], 4);
  expect(joined.images).toBe(8);
  const both = new Float32Array(8);
  for (const [index, part, inside] of [
    [0, 0, 0],
    [2, 0, 2],
    [3, 1, 0],
    [4, 1, 1],
    [5, 0, 0],
    [7, 0, 2],
  ] as const) {
    joined.read(index, both);
    expect([...both]).toEqual(Array.from({ length: 8 }, (_, k) => value(part, inside, k)));
  }
  joined.close();
});

test('principal directions of embeddings in a plane give the plane, whatever turns it', () =>
  scope(() => {
    manualSeed(5);
    const plane = ops.matmul(randomRows(200, 3), randomRows(3, 10));
    const rows = ops.normalize(plane).toFloat32();
    const blocks = [{ data: rows, rows: 200 }];
    const directions = fromArray(
      principalDirections(() => blocks.pop(), 10, 3),
      [10, 3],
    );
    const x = fromArray(rows, [200, 10]);
    const back = ops.matmul(ops.matmul(x, directions), ops.transpose(directions, 0, 1));
    expect(ops.norm(ops.sub(back, x)).item()).toBeLessThan(1e-3);
  }));

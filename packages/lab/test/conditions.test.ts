import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drawFace, generatedPairs, type Picture, resizePicture, writePairs } from '@pocketnet/data';
import { conditions, type Embedder, embedderSource, measureConditions } from '@pocketnet/lab';
import { afterAll, describe, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'lab-conditions-'));
afterAll(() => rmSync(folder, { recursive: true }));

const face = drawFace(1, 1);
const apart = (a: Picture, b: Picture): number =>
  a.data.reduce((sum, level, i) => sum + Math.abs(level - (b.data[i] ?? 0)), 0) / a.data.length;

/** A network of the oldest kind: the picture itself, every sixth pixel along both axes. */
const thumbnails: Embedder = {
  name: 'thumbnails',
  size: 48,
  dimension: 64 * 3,
  embed: async (images, count) =>
    Float32Array.from({ length: count * 192 }, (_, i) => {
      const [image, cell, channel] = [Math.floor(i / 192), Math.floor(i / 3) % 64, i % 3];
      const [x, y] = [6 * (cell % 8) + 3, 6 * Math.floor(cell / 8) + 3];
      return images[((image * 48 + y) * 48 + x) * 3 + channel] ?? 0;
    }),
  close: async () => {},
};

describe('hard conditions', () => {
  it('keep the size, are the same every time, and begin with the plain picture', () => {
    expect(conditions[0]?.apply(face, 0)).toBe(face);
    for (const { name, apply } of conditions.slice(1)) {
      for (const crop of [face, resizePicture(face, 64, 64)]) {
        const hard = apply(crop, 3);
        expect([hard.width, hard.height], name).toEqual([crop.width, crop.height]);
        expect(apply(crop, 3).data, name).toEqual(hard.data);
      }
      expect(apart(apply(face, 3), face), name).toBeGreaterThan(0.5);
    }
    expect(new Set(conditions.map(({ name }) => name)).size).toBe(conditions.length);
  });

  it.each([
    [/pixels, enlarged/, 5],
    [/blurred/, 2],
    [/turned/, 4],
  ])('of the kind %s change a face more the harder they are', (kind, count) => {
    const changes = conditions.filter(({ name }) => kind.test(name)).map(({ apply }) => apart(apply(face, 0), face));
    expect(changes).toHaveLength(count);
    expect(changes).toEqual([...changes].sort((a, b) => a - b));
  });

  it('are measured row by row: the plain one as it stands alone, errors at the threshold of plain pictures', async () => {
    const pairs = join(folder, 'pairs.bin');
    writePairs(pairs, generatedPairs({ identities: 6, pairs: 20, seed: 3, size: 48 }));
    const source = embedderSource(thumbnails);
    const rows = await measureConditions(source, pairs, { folds: 2, threshold: 0.9 });
    expect(rows.map(({ name }) => name)).toEqual(conditions.map(({ name }) => name));
    const row = (name: RegExp) => rows.find((each) => name.test(each.name)) ?? rows[0];
    expect(row(/rolled by 30/)?.fnmr).toBeGreaterThan(row(/as they are/)?.fnmr ?? 1);
    expect(row(/turned by 75/)?.accuracy).toBeLessThanOrEqual(row(/as they are/)?.accuracy ?? 0);
    for (const { accuracy, tarAtFar1e2, fnmr, fmr } of rows) {
      for (const share of [accuracy, fnmr, fmr]) {
        expect(share).toBeGreaterThanOrEqual(0);
        expect(share).toBeLessThanOrEqual(1);
      }
      expect(tarAtFar1e2).toBeNull(); // ten pairs of strangers tell nothing of one false match in a hundred
    }
    const without = await measureConditions(source, pairs, { folds: 2 });
    expect(without.map(({ fnmr, fmr }) => [fnmr, fmr])).toEqual(conditions.map(() => [null, null]));
    expect(without.map(({ accuracy }) => accuracy)).toEqual(rows.map(({ accuracy }) => accuracy));
  });
});

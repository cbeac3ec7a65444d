import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drawFace, encodeJpegSync, openSource } from '@pocketnet/data';
import { Random } from '@pocketnet/files';
import { prepare, similarPairs } from '@pocketnet/lab/prepare';
import { load } from '@pocketnet/models';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Candidate, Candidates } from '../dist/prepare/candidates.js';
import { chooseFaces, leaveOutDuplicates, leaveOutRarePeople, leaveOutWrongNames } from '../dist/prepare/decide.js';
import { dot } from '../dist/prepare/similar-pairs.js';

const place = mkdtempSync(join(tmpdir(), 'pocketnet-prepare-'));
const file = (name: string): string => join(place, name);
afterAll(() => rmSync(place, { recursive: true }));

/** Unit vectors about directions; of one group they are alike. */
function vectorsOf(groups: readonly number[], spread: number, dimension = 64): Float32Array {
  const out = new Float32Array(groups.length * dimension);
  for (const [i, group] of groups.entries()) {
    const [direction, noise] = [new Random(group + 1), new Random(1000 + i)];
    const vector = Array.from({ length: dimension }, () => direction.next() - 0.5 + spread * (noise.next() - 0.5));
    const length = Math.hypot(...vector);
    out.set(
      vector.map((value) => value / length),
      i * dimension,
    );
  }
  return out;
}

describe('similar pairs', () => {
  it.each([
    [1, 0],
    [200, 0.2],
    [2000, 0.35],
  ])('of %d vectors are those that a comparison of all with all finds, but for a few', (count, spread) => {
    const groups = Array.from({ length: count }, (_, i) => Math.floor(i / 2));
    const vectors = vectorsOf(groups, spread);
    const all: string[] = [];
    for (let j = 0; j < count; j++)
      for (let i = 0; i < j; i++) if (dot(vectors, 64, i, j) >= 0.9) all.push(`${i} ${j}`);
    const found = similarPairs(vectors, count, 0.9).map(([i, j]) => `${i} ${j}`);
    expect(all).toEqual(expect.arrayContaining(found));
    expect(found.length).toBeGreaterThanOrEqual(0.97 * all.length);
    expect(found).toEqual(similarPairs(vectors, count, 0.9).map(([i, j]) => `${i} ${j}`));
  });

  it('of equal vectors are found all', () => {
    const vectors = vectorsOf([1, 2, 1, 3, 1], 0);
    expect(similarPairs(vectors, 5, 0.99)).toEqual([
      [0, 2],
      [0, 4],
      [2, 4],
    ]);
    expect(similarPairs(new Float32Array(), 0, 0.9)).toEqual([]);
  });
});

describe('what is left out', () => {
  /** Faces by photo and person, and whom they really show. */
  function candidatesOf(
    faces: readonly [photo: number, index: number, person: number | undefined, shows: number, side?: number][],
    spread = 0.6,
  ): Candidates {
    const all = faces.map(
      ([photo, index, person, , side = 100]): Candidate => ({ photo, place: photo, index, side, person, fate: 'kept' }),
    );
    return {
      all,
      templates: vectorsOf(
        faces.map((each) => each[3]),
        spread,
      ),
      dimension: 64,
    };
  }
  const fatesOf = ({ all }: Candidates): string[] => all.map(({ fate }) => fate);

  it('is who stands beside a person, even where they are the more prominent', () => {
    const candidates = candidatesOf([
      [0, 0, 5, 1],
      [1, 0, 5, 1],
      [2, 0, 5, 9],
      [2, 1, 5, 1],
      [3, 0, 5, 1],
      [3, 1, 5, 8],
    ]);
    chooseFaces(candidates);
    expect(fatesOf(candidates)).toEqual(['kept', 'kept', 'another-person', 'kept', 'kept', 'another-person']);
  });

  it('is nobody of a photo without labels', () => {
    const candidates = candidatesOf([
      [0, 0, undefined, 1],
      [0, 1, undefined, 2],
    ]);
    chooseFaces(candidates);
    expect(fatesOf(candidates)).toEqual(['kept', 'kept']);
  });

  it('is the smaller of two equal pictures, and both under two names', () => {
    const candidates = candidatesOf(
      [
        [0, 0, 1, 1, 80],
        [1, 0, 1, 1, 120],
        [2, 0, 2, 3],
        [3, 0, 4, 3],
        [4, 0, 4, 5],
      ],
      0,
    );
    leaveOutDuplicates(candidates, (person) => `person ${person}`);
    expect(fatesOf(candidates)).toEqual(['near-duplicate', 'kept', 'two-names', 'two-names', 'kept']);
    expect(candidates.all[2]?.why).toBe('Also under person 4.');
  });

  it('is a stranger among three faces or more of a name, and all of a name that is nobody', () => {
    const candidates = candidatesOf([
      [0, 0, 1, 1],
      [1, 0, 1, 1],
      [2, 0, 1, 1],
      [3, 0, 1, 7],
      [4, 0, 2, 2],
      [5, 0, 2, 3],
      [6, 0, 3, 4],
      [7, 0, 3, 5],
      [8, 0, 3, 6],
    ]);
    leaveOutWrongNames(candidates, 0.45);
    expect(fatesOf(candidates)).toEqual([
      ...['kept', 'kept', 'kept', 'wrong-name'],
      ...['kept', 'kept'],
      ...['wrong-name', 'wrong-name', 'wrong-name'],
    ]);
    leaveOutRarePeople(candidates, 3);
    expect(fatesOf(candidates).slice(4, 6)).toEqual(['too-few', 'too-few']);
  });
});

describe('a folder of photos', () => {
  const folder = file('photos');
  /** Pictures of drawn people are more alike than photos. */
  const options = { quality: 'poor', workers: 1, engine: 'strict', samePicture: 0.985 } as const;
  let models: { detector: Uint8Array; embedder: Uint8Array };

  async function write(name: string, identity: number, sample: number, side = 180): Promise<void> {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    const face = encodeJpegSync(drawFace(identity, sample, { size: side }));
    await sharp(face)
      .extend({ top: 50, bottom: 50, left: 60, right: 60, background: '#888888' })
      .jpeg({ quality: 95 })
      .toFile(join(folder, name));
  }

  beforeAll(async () => {
    models = { detector: await load('yunet'), embedder: await load('pocketnet-s-128') };
    for (const person of [1, 4, 11])
      for (const sample of [1, 3, 5]) await write(`p${person}/${sample}.jpg`, person, sample);
    await sharp(join(folder, 'p1/1.jpg')).resize(240).jpeg({ quality: 70 }).toFile(join(folder, 'p1/smaller.jpg'));
    copyFileSync(join(folder, 'p4/3.jpg'), join(folder, 'p11/of-4.jpg'));
    await sharp({ create: { width: 90, height: 90, channels: 3, background: '#777777' } })
      .jpeg()
      .toFile(join(folder, 'p1/nobody.jpg'));
    writeFileSync(join(folder, 'p1/none.jpg'), 'no picture');
  });

  it('becomes a set with a report; what was found out is kept, so that a run goes on where it was killed', async () => {
    const out = file('set/train.rec');
    const seen: number[] = [];
    const stop = new Error('killed');
    const killed = prepare(folder, out, {
      ...options,
      ...models,
      onProgress(done) {
        seen.push(done);
        if (done === 5) throw stop;
      },
    });
    await expect(killed).rejects.toBe(stop);
    expect(existsSync(out)).toBe(false);

    const result = await prepare(folder, out, { ...options, ...models });
    expect(result).toMatchObject({ photos: 13, identities: 3, examined: 8 });
    expect(result.fates).toMatchObject({ unreadable: 1, 'no-face': 1, 'near-duplicate': 1, 'two-names': 2 });
    expect(result.images).toBe(result.fates.kept);
    const faces = openSource(out);
    expect([faces.length, faces.identities]).toEqual([result.images, 3]);
    faces.close();
    const list = readFileSync(result.list, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(list.find(({ file: name }) => name.endsWith('smaller.jpg'))).toMatchObject({
      person: 'p1',
      fate: 'near-duplicate',
    });
    expect(readFileSync(result.report, 'utf8')).toContain('<h2>near-duplicate</h2>');
    expect(existsSync(`${out}.journal`)).toBe(false);

    const again = await prepare(folder, file('again/train.rec'), { ...options, ...models, workers: 2 });
    expect(again.fates).toEqual(result.fates);
    expect(readFileSync(file('again/train.rec'))).toEqual(readFileSync(out));
  });

  it('is packed without labels where it is asked for, or where there are no folders', async () => {
    const unlabelled = await prepare(join(folder, 'p4'), file('flat.rec'), { ...options, ...models });
    expect(unlabelled).toMatchObject({ images: 3, identities: 0 });
    await write('loose.jpg', 2, 1);
    await expect(prepare(folder, file('mixed.rec'), { ...options, ...models })).rejects.toThrow(
      /1 of 14 photos lie in no person's folder/,
    );
    rmSync(join(folder, 'loose.jpg'));
    const none = file('nobody');
    mkdirSync(none);
    copyFileSync(join(folder, 'p1/nobody.jpg'), join(none, 'a.jpg'));
    await expect(prepare(none, file('none.rec'), { ...options, ...models })).rejects.toThrow(
      /no face is left to pack: \d+ [a-z-]+ \([A-Z][^)]*\.\)/,
    );
  });
});

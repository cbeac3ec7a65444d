import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  decodePicture,
  drawFace,
  encodeJpeg,
  type Landmarks,
  type Picture,
  readPairs,
  writePairs,
} from '@pocketnet/data';
import { alignPhotos, openBenchmarkPairs } from '@pocketnet/lab/alignment';
import { type AffineMatrix, arcfaceTemplate, transformPoint, warpAffine } from 'pocketnet/align';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Studio,
  writeAgedb,
  writeCalfw,
  writeCfp,
  writeCplfw,
  writeLfw,
} from '../../data/test/benchmark-folders.js';

const folder = mkdtempSync(join(tmpdir(), 'pocketnet-benchmarks-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** How shot `shot` of a person stands in a photo of 200 x 200: turned, half as large again, off the centre. */
function pose(person: number, shot: number): AffineMatrix {
  const angle = 0.1 * ((person % 5) - 2) + 0.05 * shot;
  const [cos, sin] = [1.5 * Math.cos(angle), 1.5 * Math.sin(angle)];
  return [cos, -sin, 16 + 30 * sin, sin, cos, 16 - 30 * sin];
}
const landmarks = (person: number, shot: number): Landmarks =>
  arcfaceTemplate().map((point) => transformPoint(pose(person, shot), point)) as unknown as Landmarks;

const crops = new Map<string, Picture>();
const photos = new Map<string, Uint8Array>();
const key = (person: number, shot: number) => `${person} ${shot}`;
const held = <T>(map: Map<string, T>, name: string): T => {
  const value = map.get(name);
  if (value === undefined) throw new Error(`There is no ${name}.`);
  return value;
};
const studio: Studio = { photo: (person, shot) => held(photos, key(person, shot)), landmarks };

beforeAll(async () => {
  for (let person = 0; person < 20; person++) {
    for (const shot of [0, 1]) {
      const crop = drawFace(person, shot);
      crops.set(key(person, shot), crop);
      photos.set(key(person, shot), await encodeJpeg(warpAffine(crop, pose(person, shot), 200, 200), 98));
    }
  }
});

/** Mean difference in grey levels inside of the frame: at its edge there is black in a photo of a drawn crop. */
function difference(a: Picture, b: Picture): number {
  let [sum, count] = [0, 0];
  for (let y = 8; y < a.height - 8; y++) {
    for (let i = 3 * (y * a.width + 8); i < 3 * (y * a.width + a.width - 8); i++) {
      sum += Math.abs((a.data[i] ?? 0) - (b.data[i] ?? 255));
      count++;
    }
  }
  return sum / count;
}

/** A file of landmarks, named as LFW's photos are. */
function lfwLandmarks(path: string, edit: (file: Record<string, object>) => void = () => {}): string {
  const entries = Array.from({ length: 20 }, (_, person) =>
    [0, 1].map((shot) => {
      const name = `Person-${person}_van_Jr`;
      return [
        `${name}/${name}_000${shot + 1}.jpg`,
        { width: 200, height: 200, landmarks: landmarks(person, shot) },
      ] as const;
    }),
  );
  const file: Record<string, object> = Object.fromEntries(entries.flat());
  edit(file);
  writeFileSync(path, JSON.stringify(file));
  return path;
}

describe('openBenchmarkPairs', () => {
  it.each([
    ['calfw', writeCalfw],
    ['cplfw', writeCplfw],
    ['agedb_30', writeAgedb],
  ] as const)(
    'aligns %s by the landmarks that it ships: the crops that the photos were made of come back',
    async (name, write) => {
      write(join(folder, name), studio);
      const set = await openBenchmarkPairs(join(folder, name));
      expect(set).toMatchObject({ name, folds: 10, aligned: 40, taken: 0, findings: [] });
      expect(set.same).toEqual(Array.from({ length: 40 }, (_, i) => i % 4 < 2));
      const [first, second] = [set.images[0], set.images[1]];
      if (!first || !second) throw new Error('There are no images.');
      expect(difference(await decodePicture(first), held(crops, '0 0'))).toBeLessThan(4);
      expect(difference(await decodePicture(second), held(crops, '0 1'))).toBeLessThan(4);
      expect(difference(await decodePicture(second), held(crops, '1 1'))).toBeGreaterThan(10);
      expect(set.images[4]).toBe(first); // one photo of two pairs is one array
    },
  );

  it('aligns LFW by a landmarks.json, packs it, and reads the same pairs from the .bin', async () => {
    const lfw = join(folder, 'lfw');
    writeLfw(lfw, studio);
    lfwLandmarks(join(lfw, 'landmarks.json'));
    const seen: number[] = [];
    const set = await openBenchmarkPairs(lfw, { onProgress: (done, total) => seen.push(done / total) });
    expect(seen).toHaveLength(40);
    expect(set.aligned).toBe(40);
    const out = join(folder, 'lfw.bin');
    writePairs(out, set);
    const read = readPairs(out);
    expect(read.same).toEqual(set.same);
    expect(read.images.map((image) => Buffer.from(image).toString('base64'))).toEqual(
      set.images.map((image) => Buffer.from(image).toString('base64')),
    );
    const twice = await openBenchmarkPairs(lfw, { size: 224 });
    expect(await decodePicture(twice.images[0] ?? new Uint8Array())).toMatchObject({ width: 224, height: 224 });
  });

  it('takes finished crops as they are, byte for byte', async () => {
    const jpegs = new Map(
      await Promise.all([...crops].map(async ([name, crop]) => [name, await encodeJpeg(crop)] as const)),
    );
    writeCfp(join(folder, 'cfp'), { photo: (person, shot) => held(jpegs, key(person, shot)) });
    const set = await openBenchmarkPairs(`cfp_fp:${join(folder, 'cfp')}`);
    expect(set).toMatchObject({ title: 'CFP-FP', aligned: 0, taken: 40 });
    expect(Buffer.from(set.images[1] ?? '')).toEqual(Buffer.from(held(jpegs, '0 1')));
  });

  it('names and counts photos that are no crops and have no landmarks', async () => {
    const bare = join(folder, 'bare');
    writeLfw(bare, studio);
    const few = lfwLandmarks(
      join(folder, 'few.json'),
      (file) => delete file['Person-3_van_Jr/Person-3_van_Jr_0002.jpg'],
    );
    const set = await openBenchmarkPairs(bare, { landmarks: few });
    expect(set).toMatchObject({ aligned: 39, leftOut: { photos: 1, pairs: 2 }, folds: 10 });
    expect(set.same.length).toBe(38);
    expect(set.images.every((image) => image.length > 0)).toBe(true);
    expect(set.findings).toEqual([
      expect.stringMatching(
        /1 of 40 photos are no crops of 112x112 and have no landmarks: lfw\/Person-3_van_Jr\/Person-3_van_Jr_0002\.jpg; .*--landmarks/,
      ),
      '1 photos are left out, which costs 2 of 40 pairs.',
    ]);
    await expect(openBenchmarkPairs(bare)).rejects.toThrow(/40 of 40 photos .* and 35 more\. Give .* --landmarks FILE/);
  });

  it('leaves out a photo that is damaged, and names it', async () => {
    const place = join(folder, 'damaged');
    writeLfw(place, {
      ...studio,
      photo: (...who) => (key(...who) === '4 0' ? Buffer.from('no') : studio.photo(...who)),
    });
    const set = await openBenchmarkPairs(place, { landmarks: lfwLandmarks(join(folder, 'every.json')) });
    expect(set).toMatchObject({ aligned: 39, leftOut: { photos: 1, pairs: 2 } });
    expect(set.findings[0]).toMatch(/1 photos are damaged and left out, such as .*Person-4_van_Jr_0001\.jpg: /);
  });

  it('aligns CFP by its fiducials of half a face: the crops that the photos were made of come back', async () => {
    writeCfp(join(folder, 'cfp-photos'), studio);
    const set = await openBenchmarkPairs(`cfp_fp:${join(folder, 'cfp-photos')}`);
    expect(set).toMatchObject({ aligned: 40, findings: [], leftOut: { photos: 0, pairs: 0 } });
    for (const [i, whose] of ['0 0', '0 1', '1 0', '1 1'].entries()) {
      const crop = await decodePicture(set.images[i] ?? new Uint8Array());
      expect(difference(crop, held(crops, whose)), whose).toBeLessThan(6);
      expect(difference(crop, held(crops, '7 1')), whose).toBeGreaterThan(10);
    }
  });

  it('leaves out photos whose landmarks are of another photo or of no face, naming the photo', async () => {
    const [first, spot] = ['Person-0_van_Jr/Person-0_van_Jr_0001.jpg', [50, 50]];
    const complaints: [object, RegExp][] = [
      [
        { width: 250, height: 250, landmarks: landmarks(0, 0) },
        /_0001\.jpg: has 200x200 pixels, but its landmarks are of a photo of 250x250/,
      ],
      [{ landmarks: [[900, 900], ...landmarks(0, 0).slice(1)] }, /_0001\.jpg: .* its landmarks lie far outside/],
      [{ landmarks: [spot, spot, spot, spot, spot] }, /_0001\.jpg: The points .* lie all in one place/],
    ];
    for (const [entry, message] of complaints) {
      const file = lfwLandmarks(join(folder, 'wrong.json'), (entries) => Object.assign(entries, { [first]: entry }));
      const { findings, leftOut } = await openBenchmarkPairs(join(folder, 'bare'), { landmarks: file });
      expect([findings.join(), leftOut.photos]).toEqual([expect.stringMatching(message), 1]);
    }
  });
});

describe('alignPhotos', () => {
  it('writes a crop for each photo with landmarks, and lists what it passed over', async () => {
    const place = join(folder, 'loose');
    writeLfw(place, studio);
    writeFileSync(join(place, 'lfw', 'broken.jpg'), 'no picture');
    const file = lfwLandmarks(join(folder, 'loose.json'), (entries) => {
      delete entries['Person-7_van_Jr/Person-7_van_Jr_0001.jpg'];
      Object.assign(entries, {
        'broken.jpg': { landmarks: landmarks(0, 0) },
        '../outside.jpg': { landmarks: landmarks(0, 0) },
      });
    });
    const out = join(folder, 'aligned');
    const done = await alignPhotos(join(place, 'lfw'), file, out, { format: 'png' });
    expect(done).toMatchObject({
      aligned: 39,
      size: 112,
      withoutLandmarks: ['Person-7_van_Jr/Person-7_van_Jr_0001.jpg'],
      missing: ['outside.jpg'],
      failures: [expect.stringMatching(/broken\.jpg: .*Replace or remove this picture\.$/)],
    });
    const written = readdirSync(out, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.png'));
    expect(written).toHaveLength(39);
    const crop = await decodePicture(readFileSync(join(out, 'Person-4_van_Jr', 'Person-4_van_Jr_0002.png')));
    expect(difference(crop, held(crops, '4 1'))).toBeLessThan(4);
    expect(existsSync(join(folder, 'outside.png'))).toBe(false);
  });

  it('refuses to write among the photos, and landmarks that name none of them', async () => {
    const file = lfwLandmarks(join(folder, 'all.json'));
    const place = join(folder, 'loose', 'lfw');
    await expect(alignPhotos(place, file, join(place, 'crops'))).rejects.toThrow(/lies in .*, among the photos/);
    await expect(alignPhotos(join(folder, 'nowhere'), file, join(folder, 'x'))).rejects.toThrow(
      /nowhere: does not exist/,
    );
    const other = join(folder, 'other', 'photo.jpg');
    mkdirSync(dirname(other), { recursive: true });
    writeFileSync(other, held(photos, '0 0'));
    await expect(alignPhotos(dirname(other), file, join(folder, 'x'))).rejects.toThrow(/names none of the 1 photos in/);
  });
});

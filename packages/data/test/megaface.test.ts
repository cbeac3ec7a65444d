import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  DataError,
  openMegaFaceFolder,
  readFeatureFile,
  readImageList,
  readNoiseList,
  readTemplateList,
  writeFeatureFile,
} from '@pocketnet/data';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'megaface-'));
afterAll(() => rmSync(folder, { recursive: true }));

const put = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
};

const header = (rows: number, cols: number, stride: number, type: number, values: number): Uint8Array => {
  const bytes = new Uint8Array(16 + values);
  const view = new DataView(bytes.buffer);
  [rows, cols, stride, type].forEach((value, i) => {
    view.setInt32(4 * i, value, true);
  });
  return bytes;
};

describe('a feature file', () => {
  it('comes back as it was written', () => {
    const path = join(folder, 'round', 'a.jpg_net.bin');
    fc.assert(
      fc.property(fc.float32Array({ minLength: 1, maxLength: 40 }), (vector) => {
        writeFeatureFile(path, vector);
        expect(readFeatureFile(path)).toEqual(vector);
      }),
      { numRuns: 30 },
    );
    expect(readdirSync(dirname(path))).toEqual(['a.jpg_net.bin']);
  });

  it('starts with the devkit’s header: n, 1, 4, 5', () => {
    const path = join(folder, 'header.bin');
    writeFeatureFile(path, [1, 2, 3]);
    const bytes = readFileSync(path);
    expect([0, 4, 8, 12].map((at) => bytes.readInt32LE(at))).toEqual([3, 1, 4, 5]);
    expect(bytes.length).toBe(28);
    expect(bytes.readFloatLE(20)).toBe(2);
  });

  it('may hold float64, a row instead of a column, padded rows, and OpenCV’s flags above the type', () => {
    const doubles = header(2, 1, 8, 6, 16);
    new DataView(doubles.buffer).setFloat64(24, 0.1, true);
    expect(readFeatureFile(put('doubles.bin', doubles))).toEqual(Float64Array.of(0, 0.1));
    const row = header(1, 2, 8, 0x42ff4005, 8);
    new DataView(row.buffer).setFloat32(20, 0.5, true);
    expect(readFeatureFile(put('row.bin', row))).toEqual(Float32Array.of(0, 0.5));
    const padded = header(2, 1, 16, 5, 32);
    new DataView(padded.buffer).setFloat32(32, 7, true);
    expect(readFeatureFile(put('padded.bin', padded))).toEqual(Float32Array.of(0, 7));
  });

  it('that is damaged is refused by name, whatever its bytes are', () => {
    const wrong: [string, Uint8Array, RegExp][] = [
      ['short', new Uint8Array(9), /less than a header/],
      ['type', header(2, 1, 4, 3, 8), /OpenCV type 3/],
      ['matrix', header(2, 2, 8, 5, 16), /2 x 2 values/],
      ['cut', header(3, 1, 4, 5, 8), /has 24 bytes/],
      ['stride', header(3, 1, 2, 5, 6), /rows of 2 bytes/],
      ['negative', header(-3, 1, 4, 5, 0), /-3 x 1/],
      ['huge', header(2 ** 31 - 1, 1, 2 ** 31 - 1, 5, 0), /has 16 bytes/],
    ];
    for (const [name, bytes, reason] of wrong) {
      const path = put(`${name}.bin`, bytes);
      expect(() => readFeatureFile(path)).toThrow(reason);
      expect(() => readFeatureFile(path)).toThrow(path);
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const path = put('fuzz.bin', bytes);
        try {
          readFeatureFile(path);
        } catch (error) {
          expect(error).toBeInstanceOf(DataError);
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe('the lists', () => {
  it('of the devkit are read, with identities where they have them', () => {
    const path = put('list.json', JSON.stringify({ path: ['Ann/Ann_1.png'], id: ['Ann'] }));
    expect(readTemplateList(path)).toEqual({ path: ['Ann/Ann_1.png'], id: ['Ann'] });
    expect(readTemplateList(put('list2.json', '{"path": ["123/4@N00/5_0.jpg"]}')).id).toBeUndefined();
  });

  it.each([
    ['[1', /no JSON/],
    ['{"id": ["a"]}', /no array "path"/],
    ['{"path": []}', /no array with entries/],
    ['{"path": ["a", 3]}', /entry 1/],
    ['{"path": ["../../a"]}', /entry 0/],
    ['{"path": ["a/b", "c/d"], "id": ["a"]}', /2 paths and 1 identities/],
  ])('of the devkit that are damaged are refused: %s', (text, reason) => {
    const path = put('bad.json', text);
    expect(() => readTemplateList(path)).toThrow(reason);
  });

  it('of the test pack give the last parts of each line, of LF and CRLF alike', () => {
    const path = put('lst', '/data/facescrub_images/Ann/Ann_1.png\r\n\r\nBob/Bob_2.png\n');
    expect(readImageList(path, 2)).toEqual(['Ann/Ann_1.png', 'Bob/Bob_2.png']);
    expect(() => readImageList(path, 3)).toThrow(/line 3.*fewer than 3 parts/);
  });

  it('of noise are sets, without comments, of the second field where there are tabs', () => {
    const path = put('noises.txt', '# made by hand\nAnn_1.png\r\nAnn_1.png\n\n12\t123/4@N00/5_0.jpg\n');
    expect([...readNoiseList(path)]).toEqual(['Ann_1.png', '123/4@N00/5_0.jpg']);
    expect(readNoiseList(put('noises_empty.txt', '')).size).toBe(0);
  });
});

describe('a MegaFace folder', () => {
  const base = 'pack';
  const root = join(folder, base);
  const faces = ['Ann/Ann_1.png', 'Ann/Ann_2.png', 'Bob/Bob_1.png', 'Bob/Bob_2.png'];
  const crowd = ['001/a@N00/1_0.jpg', '001/a@N00/2_0.jpg', '002/b@N00/3_0.jpg'];
  put(`${base}/facescrub_lst`, faces.join('\n'));
  put(`${base}/megaface_lst`, crowd.map((path) => `megaface_images/${path}`).join('\n'));
  put(`${base}/facescrub_noises.txt`, '# noise\nBob_2.png\nCy_9.png\n');
  put(`${base}/megaface_noises.txt`, '001/a@N00/2_0.jpg\n001/a@N00/2_0.jpg\n');

  it('without the devkit’s lists takes what the test pack lists, and says so', () => {
    const images = openMegaFaceFolder(root, { distractors: 2 });
    expect(images.probes).toEqual([0, 1, 2, 3]);
    expect(images.distractors).toEqual(crowd.slice(0, 2));
    expect(images.identities).toEqual(['Ann', 'Ann', 'Bob', 'Bob']);
    expect(images.noisy).toEqual({ faces: [false, false, false, true], distractors: [false, true] });
    expect(images.notes.filter((note) => note.includes('is missing'))).toHaveLength(2);
    expect(images.notes.at(-1)).toMatch(/2 faces and 1 distractors; 1 and 1/);
    expect(openMegaFaceFolder(root, { distractors: 3, noises: false }).noisy).toBeUndefined();
  });

  it('with too few images for the distractors asked for is refused', () => {
    expect(() => openMegaFaceFolder(root, { distractors: 1_000_000 })).toThrow(/lists 3 images, fewer than 1000000/);
    expect(() => openMegaFaceFolder(root, { distractors: 0 })).toThrow(/1 or more/);
  });

  it('searches among all that it has where nobody says how many, and tells when that is no million', () => {
    const { distractors, notes } = openMegaFaceFolder(root);
    expect(distractors).toEqual(crowd);
    expect(notes).toContain('Searched among 3 distractors; published numbers are of 1,000,000.');
  });

  it('takes probes and distractors in the devkit’s order, and checks that its faces are listed', () => {
    const lists = `${base}/devkit/templatelists`;
    put(`${lists}/facescrub_features_list.json`, JSON.stringify({ path: [faces[3], faces[0]], id: ['Bob', 'Ann'] }));
    put(`${lists}/megaface_features_list.json_2_1`, JSON.stringify({ path: [crowd[2], crowd[2]] }));
    const images = openMegaFaceFolder(root, { distractors: 2 });
    expect(images.probes).toEqual([3, 0]);
    expect(images.distractors).toEqual([crowd[2], crowd[2]]);
    expect(images.notes[0]).toMatch(/1 of 2 distractors are listed more than once/);
    expect(openMegaFaceFolder(root).distractors).toEqual([crowd[2], crowd[2]]);
    put(`${lists}/facescrub_features_list.json`, JSON.stringify({ path: ['Cy/Cy_1.png'], id: ['Cy'] }));
    expect(() => openMegaFaceFolder(root, { distractors: 2 })).toThrow(/1 of 1 probes are not in facescrub_lst.*Cy_1/);
    put(`${lists}/facescrub_features_list.json`, JSON.stringify({ path: [faces[0]], id: ['Bob'] }));
    expect(() => openMegaFaceFolder(root, { distractors: 2 })).toThrow(/"Bob" is not the folder/);
  });
});

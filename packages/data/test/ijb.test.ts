import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DataError, openIjbFolder, readIjbFaces, readIjbLandmarks, readIjbList, readIjbPairs } from '@pocketnet/data';
import { Random } from '@pocketnet/files';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from './format-fixtures.js';

const folder = temporaryFolder();

const path = join(folder, 'list.txt');
const written = (text: string | Uint8Array): string => {
  writeFileSync(path, text);
  return path;
};

const id = fc.integer({ min: 0, max: 2 ** 31 - 1 });
const blank = fc.constantFrom(' ', '\t', '  ');
const ending = fc.constantFrom('\n', '\r\n', '\n\n', ' \n');

describe('the list of template pairs', () => {
  it('is read whatever blanks part the columns and however lines end', () => {
    const line = fc.record({ a: id, b: id, same: fc.constantFrom(0, 1), blank, ending });
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 30 }), fc.boolean(), (lines, isEnded) => {
        const text = lines.map(({ a, b, same, blank, ending }) => [a, b, same].join(blank) + ending).join('');
        const pairs = readIjbPairs(written(isEnded ? text : text.trimEnd()));
        expect(Array.from(pairs.first)).toEqual(lines.map(({ a }) => a));
        expect(Array.from(pairs.second)).toEqual(lines.map(({ b }) => b));
        expect(Array.from(pairs.same)).toEqual(lines.map(({ same }) => same));
      }),
    );
  });

  it('is read across the parts in which a long file comes', () => {
    const lines = 450_000;
    const row = (i: number) => [i, 1_000_000 - i, i % 7 === 0 ? 1 : 0];
    const pairs = readIjbPairs(written(Array.from({ length: lines }, (_, i) => row(i).join(' ')).join('\n')));
    expect(pairs.first.length).toBe(lines);
    const wrong = pairs.first.findIndex(
      (a, i) => `${[a, pairs.second[i], pairs.same[i]]}` !== `${row(i)}`, // text, since each is a number
    );
    expect(wrong).toBe(-1);
  });

  it.each([
    ['1 2 1\n1 2\n', 'line 2: holds 2 numbers instead of 3'],
    ['1 2 1\n\n1 2 1 0\n', 'line 3: holds more than 3 numbers'],
    ['1 2 1\n1 x 0\n', 'line 2: holds "x" where a whole number should stand'],
    ['1 2.5 1\n', 'line 1: holds "."'],
    ['1 - 1\n', 'line 1: holds a minus without a number'],
    ['1 2 1\n1 3000000000 1\n', 'line 2: holds a number beyond 2147483647'],
    ['1 2 1\n1 2 7\n', 'pair 2: its label is 7'],
    ['\n\n', 'lists no pairs'],
    ['', 'lists no pairs'],
  ])('%j is refused by a message that says where and why', (text, message) => {
    expect(() => readIjbPairs(written(text))).toThrow(message);
    expect(() => readIjbPairs(path)).toThrow(path);
  });
});

describe('the lists of faces and of landmarks', () => {
  it('are read line by line', () => {
    const faces = readIjbFaces(written('1.jpg 1 70001\r\n2.jpg 180999 70001\r\n\r\n'));
    expect(faces).toEqual({
      names: ['1.jpg', '2.jpg'],
      template: Int32Array.of(1, 180_999),
      media: Int32Array.of(70_001, 70_001),
    });
    const landmarks = readIjbLandmarks(
      written('1.jpg 45.100 61.200 88.300 60.400 68.500 78.600 52.700 99.800 86.900 98.100 0.998\n'),
    );
    expect(landmarks.names).toEqual(['1.jpg']);
    expect(landmarks.points).toEqual(Float32Array.of(45.1, 61.2, 88.3, 60.4, 68.5, 78.6, 52.7, 99.8, 86.9, 98.1));
    expect(landmarks.score).toEqual(Float32Array.of(0.998));
  });

  it.each([
    [readIjbFaces, '1.jpg 1 2\n2.jpg 1\n', 'line 2: "2.jpg 1" is no face'],
    [readIjbFaces, '1.jpg one 2\n', 'line 1'],
    [readIjbFaces, '', 'lists no faces'],
    [readIjbLandmarks, '1.jpg 1 2 3 4 5 6 7 8 9 10\n', 'line 1'],
    [readIjbLandmarks, '1.jpg 1 2 3 4 5 6 7 8 9 10 high\n', 'line 1'],
  ])('are refused by a message that says where: %#', (read: (path: string) => unknown, text, message) => {
    expect(() => read(written(text))).toThrow(message);
  });
});

describe('a gallery or probe list', () => {
  it('gives each template once, with its person, whatever other columns there are', () => {
    const list = readIjbList(
      written('TEMPLATE_ID,SUBJECT_ID,FILENAME,AGE\n7,12,img/1001.jpg,\n7,12,frames/2.png,3\n9,4,img/3.jpg,\n'),
    );
    expect(list).toEqual({ template: Int32Array.of(7, 9), subject: Int32Array.of(12, 4) });
  });

  it.each([
    ['TEMPLATE_ID,SUBJECT_ID\n7,12\n7,13\n', 'line 3: template 7 shows person 13, but 12 in an earlier line'],
    ['TEMPLATE_ID,SUBJECT_ID\n7,12\n,13\n', 'line 3: ",13" has no ids'],
    ['TEMPLATE_ID,SUBJECT_ID\n', 'lists no templates'],
  ])('%j is refused by a message that says where', (text, message) => {
    expect(() => readIjbList(written(text))).toThrow(message);
  });
});

describe('every list', () => {
  it('is read or refused by a DataError, whatever bytes it holds', () => {
    const seed = 1;
    const random = new Random(seed);
    const good = '1 2 1\n30 41 0\n7,12,x\n1.jpg 1 2 3 4 5 6 7 8 9 10 0.5\n9.jpg 8 7\n';
    for (let round = 0; round < 400; round++) {
      const bytes = Buffer.from(good.slice(random.int(20), 20 + random.int(60)));
      for (let k = 0; k < random.int(4) && bytes.length > 0; k++) bytes[random.int(bytes.length)] = random.int(256);
      written(bytes);
      for (const read of [readIjbPairs, readIjbFaces, readIjbLandmarks, readIjbList]) {
        try {
          read(path);
        } catch (error) {
          expect(error, `seed ${seed}, round ${round}`).toBeInstanceOf(DataError);
        }
      }
    }
  });
});

describe('the folder of IJB-B or IJB-C', () => {
  it('is told by the names in meta, and lists what the 1:N protocol lacks', () => {
    const root = join(folder, 'IJBC');
    expect(() => openIjbFolder(root)).toThrow('holds neither meta/ijbb_face_tid_mid.txt nor');
    mkdirSync(join(root, 'meta'), { recursive: true });
    const add = (name: string) => writeFileSync(join(root, 'meta', name), '1.jpg 1 1\n');
    add('ijbc_face_tid_mid.txt');
    expect(() => openIjbFolder(root)).toThrow('ijbc_template_pair_label.txt: does not exist');
    add('ijbc_template_pair_label.txt');
    add('ijbc_1N_gallery_G1.csv');
    const partial = openIjbFolder(root);
    expect(partial).toMatchObject({
      name: 'IJB-C',
      missing: ['ijbc_1N_gallery_G2.csv', 'ijbc_1N_probe_mixed.csv'],
    });
    expect(partial).not.toHaveProperty('search');
    add('ijbc_1N_gallery_G2.csv');
    add('ijbc_1N_probe_mixed.csv');
    expect(openIjbFolder(root)).toMatchObject({
      missing: [],
      search: { galleries: [{ name: 'G1' }, { name: 'G2' }] },
    });
  });
});

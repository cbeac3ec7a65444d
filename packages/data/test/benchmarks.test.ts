import {
  appendFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type Benchmark, benchmarkSets, inspect, openBenchmark, readLandmarkFile } from '@pocketnet/data';
import { Random } from '@pocketnet/files';
import { describe, expect, it } from 'vitest';
import { mutate } from '../../../testing/damage.js';
import { FOLDS, HALF, writeAgedb, writeCalfw, writeCfp, writeCplfw, writeLfw } from './benchmark-folders.js';
import { jpegShell, temporaryFolder } from './format-fixtures.js';
import { matFile } from './mat-writer.js';

const folder = temporaryFolder();
const marks = [
  [100, 110],
  [150, 110],
  [125, 135],
  [105, 160],
  [145, 160],
] as const;
const studio = { photo: () => jpegShell(250, 250), landmarks: () => marks };

const layouts = {
  lfw: writeLfw,
  cfp_fp: writeCfp,
  cfp_ff: writeCfp,
  agedb_30: writeAgedb,
  calfw: writeCalfw,
  cplfw: writeCplfw,
} as const;
type Name = keyof typeof layouts;
const names = Object.keys(layouts) as Name[];
for (const name of names) layouts[name](join(folder, name), studio);

/** Points for each of LFW's photos. */
const everybodys = join(folder, 'everybody.json');
writeFileSync(
  everybodys,
  JSON.stringify(
    Object.fromEntries(openBenchmark(join(folder, 'lfw')).images.map((image) => [image, { landmarks: marks }])),
  ),
);

const at = (name: Name, where = join(folder, name)) => `${name}:${where}`;
const person = (set: Benchmark, image: string) => benchmarkSets.get(set.name)?.person(image);

/** A copy of a layout with a change inside `part`, a file or folder of its root; the rest is only linked to. */
let copies = 0;
function changed(name: Name, part: string, change: (copy: string) => void): string {
  const copy = join(folder, `copy${copies++}`);
  mkdirSync(copy);
  for (const entry of readdirSync(join(folder, name))) {
    const original = join(folder, name, entry);
    if (entry === part) cpSync(original, join(copy, entry), { recursive: true });
    else symlinkSync(original, join(copy, entry));
  }
  change(copy);
  return at(name, copy);
}
function edited(name: Name, file: string, edit: (text: string) => string): string {
  return changed(name, rootOf(file), (copy) => {
    writeFileSync(join(copy, file), edit(readFileSync(join(copy, file), 'utf8')));
  });
}
const rootOf = (path: string): string => path.split('/')[0] ?? '';
const lineEdited = (name: Name, file: string, line: number, edit: (text: string) => string) =>
  edited(name, file, (text) =>
    text
      .split('\n')
      .map((content, i) => (i === line - 1 ? edit(content) : content))
      .join('\n'),
  );

describe('every benchmark in the registry', () => {
  it('has a layout to be tested with', () => {
    expect(new Set(benchmarkSets.names)).toEqual(new Set(names));
  });

  it.each(names)('%s is read into balanced folds in the order of its list, without findings', (name) => {
    const set = openBenchmark(at(name));
    expect(set).toMatchObject({ name, folds: FOLDS, findings: [] });
    expect(set.pairs.map(({ fold }) => fold)).toEqual(
      Array.from({ length: 2 * FOLDS * HALF }, (_, i) => Math.floor(i / (2 * HALF))),
    );
    for (const [i, { same, a, b, fold }] of set.pairs.entries()) {
      expect(same).toBe(i % (2 * HALF) < HALF);
      expect(person(set, a) === person(set, b)).toBe(same);
      expect(person(set, a)).toContain(
        String(name.startsWith('cfp') ? fold * HALF + (i % HALF) + 1 : fold * HALF + (i % HALF)),
      );
    }
    expect(set.images.length).toBe((4 * HALF * FOLDS) / 2);
    for (const image of set.images) expect(readFileSync(join(folder, name, image)).length).toBeGreaterThan(0);
  });

  it.each(names)('%s names and counts photos that are missing', (name) => {
    const [first = '', second = ''] = openBenchmark(at(name)).images;
    const broken = changed(name, rootOf(first), (copy) => {
      for (const image of [first, second]) rmSync(join(copy, image));
    });
    const stem = (first.split('/').at(-1) ?? '').replace('.jpg', '');
    expect(() => openBenchmark(broken)).toThrow(
      new RegExp(`2 of its 40 photos are missing, for .* of 40 pairs: .*${stem}`),
    );
  });

  it.each(names)('%s takes crops that were saved as PNG under the same names', (name) => {
    const [first = ''] = openBenchmark(at(name)).images;
    const png = first.replace('.jpg', '.png');
    const copy = changed(name, rootOf(first), (place) => renameSync(join(place, first), join(place, png)));
    expect(openBenchmark(copy).images[0]).toBe(png);
  });

  it.each(names)('%s survives damage to its list: pairs or a clear error, never more', (name) => {
    const random = new Random(12, names.indexOf(name));
    const { lists } = benchmarkSets.get(name) ?? { lists: [] };
    const list = name === 'cfp_fp' ? 'Protocol/Split/FP/03/same.txt' : (lists[0] ?? '');
    let copy = '';
    changed(name, rootOf(list), (place) => {
      copy = place;
    });
    const whole = readFileSync(join(copy, list));
    for (let round = 0; round < 60; round++) {
      writeFileSync(join(copy, list), mutate(whole, random));
      try {
        expect(openBenchmark(at(name, copy)).pairs.length).toBeGreaterThan(0);
      } catch (error) {
        expect(error, `round ${round} of seed 12`).toMatchObject({ name: 'DataError' });
      }
    }
  });
});

describe('openBenchmark', () => {
  it('knows a folder by its list, and asks where it holds two protocols', () => {
    expect(openBenchmark(join(folder, 'calfw')).title).toBe('CALFW');
    expect(() => openBenchmark(join(folder, 'cfp_fp'))).toThrow(/several protocols\. Name one: cfp_fp:.* or cfp_ff:/);
    expect(() => openBenchmark(join(folder, 'calfw', 'aligned images'))).toThrow(
      /no pair list of a benchmark\. Looked for pairs\.txt of LFW, /,
    );
    expect(() => openBenchmark(join(folder, 'nowhere'))).toThrow(/nowhere: does not exist/);
    expect(() => openBenchmark(`lfw:${join(folder, 'calfw')}`)).toThrow(/Looked for pairs\.txt of LFW\./);
  });

  it('tells of duplicates and photos paired with themselves by their numbers, of labels that contradict names, and keeps the pairs', async () => {
    const twice = lineEdited('lfw', 'pairs.txt', 3, () => 'Person-0_van_Jr\t2\t1');
    expect(openBenchmark(twice).pairs.length).toBe(40);
    expect(openBenchmark(twice).findings).toEqual([]);
    const inspected = async (location: string) => (await inspect(location, { landmarks: everybodys })).problems.join();
    expect(await inspected(twice)).toMatch(/^1 pairs occur more than once \(pairs 0 and 1\); they count as often\.$/);
    const itself = lineEdited('lfw', 'pairs.txt', 2, () => 'Person-0_van_Jr\t1\t1');
    expect(await inspected(itself)).toMatch(/^1 pairs are one picture twice \(pairs 0\)\.$/);
    const wrong = lineEdited('lfw', 'pairs.txt', 4, () => 'Person-0_van_Jr\t1\tPerson-0_van_Jr\t2');
    expect(openBenchmark(wrong).findings.join()).toMatch(/line 4: .* is an impostor pair, but the names are of one/);
    const astray = lineEdited('lfw', 'pairs.txt', 2, () => 'Person-9_van_Jr\t1\t2');
    expect(openBenchmark(astray).findings.join()).toMatch(/Person-9_van_Jr is in the folds 1, 5\./);
  });

  it('names the file and line of LFW that is wrong', () => {
    const complaints: [number, string, RegExp][] = [
      [3, 'Person-1_van_Jr\t1', /pairs\.txt, line 3: "Person-1_van_Jr\\t1" is no pair/],
      [3, 'Person-1_van_Jr\t1\tPerson-0_van_Jr\t2', /line 3: .* is an impostor pair among genuine ones/],
      [3, '', /should hold 10 folds of 2 x 2 pairs, 40 lines, but holds 39/],
      [1, '10\t300', /should hold 10 folds of 2 x 300 pairs, 6000 lines, but holds 40/],
      [1, '0\t2', /should hold 0 folds/],
    ];
    for (const [line, text, message] of complaints) {
      expect(() => openBenchmark(lineEdited('lfw', 'pairs.txt', line, () => text)), text).toThrow(message);
    }
    expect(() => openBenchmark(edited('lfw', 'pairs.txt', () => ''))).toThrow(/pairs\.txt: is empty/);
  });

  it('reads LFW with a header of titles as without one', () => {
    const titled = lineEdited('lfw', 'pairs.txt', 1, () => 'name\tnr\tname2\tnr2');
    const bare = edited('lfw', 'pairs.txt', (text) => text.slice(text.indexOf('\n') + 1));
    for (const location of [titled, bare]) {
      const [pairs, expected] = [location, at('lfw')].map((place) =>
        openBenchmark(place).pairs.map(({ a, b }) => [a, b]),
      );
      expect(pairs).toEqual(expected);
    }
  });

  it('names the line of CALFW and CPLFW that is wrong', () => {
    const complaints: [Name, number, (text: string) => string, RegExp][] = [
      ['calfw', 2, (text) => text.replace(/1$/, '2'), /line 2: .* is labelled 2, but the photo before it 1/],
      ['calfw', 7, () => 'photo.jpg', /line 7: "photo\.jpg" is no photo with a label/],
      ['calfw', 9, () => '', /holds 79 photos, an odd number/],
      ['cplfw', 2, () => '', /holds 79 photos, an odd number/],
    ];
    for (const [name, line, edit, message] of complaints) {
      expect(() => openBenchmark(lineEdited(name, `pairs_${name.toUpperCase()}.txt`, line, edit))).toThrow(message);
    }
    const shifted = edited('calfw', 'pairs_CALFW.txt', (text) => text.replaceAll(/ 1$/gm, ' 2'));
    expect(() => openBenchmark(shifted)).toThrow(/line 1: .* stands among the pairs of fold 1/);
    const unequal = edited('calfw', 'pairs_CALFW.txt', (text) => text.split('\n').slice(0, -2).join('\n'));
    expect(() => openBenchmark(unequal)).toThrow(/20 genuine and 19 impostor pairs, which make no 10 equal folds/);
  });

  it('names the file of CFP that is wrong', () => {
    const same = 'Protocol/Split/FP/04/same.txt';
    const complaints: [string, (text: string) => string, RegExp][] = [
      [same, () => '3,2\n', /Split\/FP: has folds of unequal lists \(01: 2 \+ 2, .*04: 1 \+ 2/],
      [same, () => '3,2\n999,1\n', /same\.txt, line 2: "999,1" names 999, which is not in .*Pair_list_F\.txt/],
      [same, () => '3;2\n1,1\n', /same\.txt, line 1: "3;2" is no pair/],
      ['Protocol/Pair_list_P.txt', () => 'one ../Data', /Pair_list_P\.txt, line 1: .* is no number with a path/],
      ['Protocol/Pair_list_P.txt', () => '1 a.jpg\n1 b.jpg', /line 2: .* has a number that was given before/],
      ['Protocol/Pair_list_F.txt', (text) => text.replace('../Data', '../../../etc'), /1 of its 40 photos are missing/],
    ];
    for (const [file, edit, message] of complaints) {
      expect(() => openBenchmark(edited('cfp_fp', file, edit)), file).toThrow(message);
    }
    const lacking = changed('cfp_fp', 'Protocol', (copy) => rmSync(join(copy, same)));
    expect(() => openBenchmark(lacking)).toThrow(/04\/same\.txt: does not exist/);
  });

  it('reads the MAT file that SciPy wrote, compressed and with small types, and refuses what is no such file', () => {
    const list = '04_FINAL_protocol_30_years.mat';
    const scipy = changed('agedb_30', '03_Protocol_Images', (copy) => {
      rmSync(join(copy, list));
      writeFileSync(join(copy, list), Buffer.from(SCIPY, 'base64'));
      for (const fold of [0, 1]) {
        for (const stem of ['0_P_0_20_f', '0_P_1_50_f', '1_P_0_20_f', '2_P_1_50_f']) {
          writeFileSync(
            join(copy, '03_Protocol_Images', `${stem.replace(/^\d/, (n) => String(10 * fold + Number(n)))}.jpg`),
            jpegShell(),
          );
        }
      }
    });
    expect(
      openBenchmark(scipy).pairs.map(({ a, b, same, fold }) => [a.split('/')[1], b.split('/')[1], same, fold]),
    ).toEqual([
      ['0_P_0_20_f.jpg', '0_P_1_50_f.jpg', true, 0],
      ['1_P_0_20_f.jpg', '2_P_1_50_f.jpg', false, 0],
      ['10_P_0_20_f.jpg', '10_P_1_50_f.jpg', true, 1],
      ['11_P_0_20_f.jpg', '12_P_1_50_f.jpg', false, 1],
    ]);
    const uncompressed = changed('agedb_30', list, (copy) => writeAgedb(copy, studio, false));
    expect(openBenchmark(uncompressed).pairs.map(({ a }) => a)).toEqual(
      openBenchmark(at('agedb_30')).pairs.map(({ a }) => a),
    );

    const split = (label: number, count = 1) => ({
      struct: {
        i: { cell: [{ struct: { n: 'a' } }, { struct: { n: 'b' } }], dims: [2, 1] },
        l: new Array<number>(count).fill(label),
      },
    });
    const complaints: [Buffer, RegExp][] = [
      [Buffer.from('MATLAB 7.3 MAT-file'), /version 7\.3 \(HDF5\).*save\(…, "-v7"\)/],
      [Buffer.from('pairs'), /is no MAT file of level 5/],
      [matFile('other', [1]), /splits: is missing or no cell of folds/],
      [matFile('splits', { cell: [split(0)], dims: [1, 1] }), /fold 1, pair 1: is labelled 0 instead of 1 or -1/],
      [matFile('splits', { cell: [split(1, 2)], dims: [1, 1] }), /fold 1: holds 1 pairs, but not as many labels/],
      [matFile('splits', { cell: [[1, 2]], dims: [1, 1] }), /fold 1: holds no cell of 2 rows of images/],
      [matFile('splits', { cell: [split(1)], dims: [1, 4_000_000] }), /claims 4000000 elements that are not there/],
    ];
    for (const [content, message] of complaints) {
      const broken = changed('agedb_30', list, (copy) => writeFileSync(join(copy, list), content));
      expect(() => openBenchmark(broken)).toThrow(message);
    }
  });
});

describe('landmarks', () => {
  it.each(['calfw', 'cplfw', 'agedb_30'] as const)('%s finds the five points that the set ships', (name) => {
    const set = openBenchmark(at(name));
    for (const image of set.images) {
      for (const [i, point] of (set.landmarks(image) ?? []).entries()) {
        expect(point[0]).toBeCloseTo(marks[i]?.[0] ?? 0, 6);
        expect(point[1]).toBeCloseTo(marks[i]?.[1] ?? 0, 6);
      }
      expect(set.landmarks(image)).toHaveLength(5);
    }
    expect(set.landmarks('images/nobody.jpg')).toBeUndefined();
  });

  it('names a file of points that is damaged', () => {
    const five = edited('cplfw', 'CP_landmarks/Person-0_van_Jr_1_5loc_attri.txt', () => '1 2\n3 x\n');
    expect(() => openBenchmark(five).landmarks('images/Person-0_van_Jr_1.jpg')).toThrow(
      /_1_5loc_attri\.txt: does not hold five/,
    );
    const cut = edited('agedb_30', '03_Protocol_Images/0_Person-0_van_Jr_30_f.pts', (text) => text.slice(0, 100));
    const image = '03_Protocol_Images/0_Person-0_van_Jr_30_f.jpg';
    expect(() => openBenchmark(cut).landmarks(image)).toThrow(/\.pts: holds \d+ points instead of 68/);
  });

  it('reads a landmarks.json, and names the photo whose entry is wrong', () => {
    const path = join(folder, 'landmarks.json');
    const read = (content: unknown) => {
      writeFileSync(path, JSON.stringify(content));
      return readLandmarkFile(path).photos;
    };
    const entry = { width: 250, height: 240, score: 0.9, box: [1, 2, 3, 4], landmarks: marks };
    expect(read({ './a/b.jpg': entry }).get('a/b.jpg')).toEqual({ width: 250, height: 240, landmarks: marks });
    for (const wrong of [null, 3, {}, { landmarks: marks.slice(1) }, { landmarks: [...marks.slice(1), [1, '2']] }]) {
      expect(() => read({ 'a/b.jpg': wrong })).toThrow(/landmarks\.json, a\/b\.jpg: has no five landmarks/);
    }
    expect(() => read([1])).toThrow(/is no object of photos/);
    appendFileSync(path, '}');
    expect(() => readLandmarkFile(path)).toThrow(/is not JSON/);
  });
});

/** `scipy.io.savemat` (1.17, do_compression) of two folds of two pairs, ages as int64 and labels as int8. */
const SCIPY =
  'TUFUTEFCIDUuMCBNQVQtZmlsZSBQbGF0Zm9ybTogcG9zaXgsIENyZWF0ZWQgb246IFR1ZSBOb3YgMjQgMDQ6MTI6NTAgMjAyNgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABSU0PAAAAMgAAAHic42NgYAgAYjYg5gBiPgYIYIXyGYGYGUqDxPJLMlKLgDQPEEswIAAjlGaC0gCB7QLbDwAAANgAAAB4nONjYGBI4GBgYAPSQIqBkQECWKF8JqgYCIPUFBfkZJYUMzDwAdkCLAh9TGj6GJEwRJyFgR3KB+nNzE1MTy1myElMSs0phop1MON3BxOSOEj9BQbS7GeF8rmAOC8xN5UB6AQGJPMckMxjwWIeF5J5AlC+QXxAvEG8kUF8GsIcCyRz+Ai4iwcqLjII/WUYb0qxv4wGmb8Mh2l8GdEgvgyQ9HNg0Y+cHxmBPMb/I7Nc4GZAjQ8Q3xCtYBiK6Qynv5AS2lAsF7D6y3CYxpcR9eOLnHIBAAdSU54=';

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  drawPairs,
  IndexSet,
  joinLocations,
  LargeMap,
  listedImages,
  openSource,
  setAside,
  writeFaces,
  writeRecords,
} from '@pocketnet/data';
import { describe, expect, it } from 'vitest';
import { cpuTime } from '../../../testing/cpu-time.js';
import { LineFile } from '../src/formats/line-file.js';
import { jpegShells, temporaryFolder, writeImageFolder } from './format-fixtures.js';

// Sets of more images than a Map, a Set or a string of V8 can hold, and labels that nobody numbered.

const folder = temporaryFolder();
const file = (name: string): string => join(folder, name);
const LABELS = [0, 0, 0, 1, 2, 2, 2, 2, 2, 3, 3];
writeImageFolder(file('photos'), [3, 1, 5, 2]);
writeFaces(
  file('packed'),
  jpegShells(LABELS.length).map((image, i) => ({ identity: LABELS[i] ?? 0, image })),
);
const labelsAt = (location: string): number[] => {
  const source = openSource(location);
  const labels = Array.from({ length: source.length }, (_, i) => source.label(i));
  source.close();
  return labels;
};

describe('LargeMap', () => {
  it('is a Map that goes on where one is full', () => {
    const map = new LargeMap<string, number>(3);
    for (let round = 0; round < 2; round++) for (let i = 0; i < 20; i++) map.set(`key ${i}`, i + round);
    expect(map.size).toBe(20);
    expect([...map.entries()]).toEqual(Array.from({ length: 20 }, (_, i) => [`key ${i}`, i + 1]));
    expect([...map.values()].length).toBe(20);
    expect([map.get('key 19'), map.get('none'), map.has('key 0'), map.has('none')]).toEqual([
      20,
      undefined,
      true,
      false,
    ]);
  });
});

describe('IndexSet', () => {
  it('holds numbers of its range, more of them than a Set could', () => {
    const set = new IndexSet(10);
    for (const index of [7, 0, 7, 9, -1, 10, 2.5]) set.add(index);
    expect([[...set], set.size, set.has(7), set.has(8), set.has(-1), set.has(10)]).toEqual([
      [0, 7, 9],
      3,
      true,
      false,
      false,
      false,
    ]);
    const large = new IndexSet(2 ** 24 + 2);
    for (let index = 0; index < 2 ** 24 + 2; index++) large.add(index);
    expect([large.size, large.has(2 ** 24 + 1)]).toEqual([2 ** 24 + 2, true]);
  });
});

describe('LineFile', () => {
  it('gives the lines that are not blank, over the borders of its pieces too', () => {
    const path = file('lines.txt');
    const long = 'ä'.repeat(3 * 2 ** 20); // 6 MiB
    writeFileSync(path, `first\r\n\n  \n${long}\n\tlast of all`);
    const lines = new LineFile(path);
    expect([lines.length, lines.line(0), lines.line(2), lines.line(3)]).toEqual([
      3,
      'first',
      '\tlast of all',
      undefined,
    ]);
    expect(lines.line(1) === long).toBe(true);
    lines.close();
  });
});

describe('a list of images', () => {
  it('finds numbers that do not ascend, and of several alike the last, as ever', () => {
    const joined = openSource(joinLocations({ labelled: [file('packed'), file('photos')], unlabelled: [] }));
    const list = file('numbers.txt');
    writeFileSync(list, '\ufeff2\n5-6\n');
    expect([...listedImages(joined, list)]).toEqual([1, 4, 5]); // the photos' numbers begin at 12
    joined.close();
    const twice = openSource(joinLocations({ labelled: [file('packed'), file('packed')], unlabelled: [] }));
    expect([...listedImages(twice, list)]).toEqual([12, 15, 16]);
    twice.close();
  });
});

describe('labels that are raw ids with gaps', () => {
  const raw = file('raw.rec');
  writeRecords(raw, (writer) => {
    for (const [key, image] of jpegShells(6).entries())
      writer.write(key, { label: [7, 7, 100_000, 5, 200_000, 5][key] ?? 0 }, image);
  });

  it('are renumbered in their order, which the source says', () => {
    expect(labelsAt(raw)).toEqual([1, 1, 2, 0, 3, 0]);
    const source = openSource(raw);
    expect([source.identities, source.notes]).toEqual([
      4,
      ['raw.rec: of the labels 0 to 200000 only 4 have images; they are renumbered 0 to 3, in their order.'],
    ]);
    expect(openSource(file('packed')).notes).toBeUndefined();
    source.close();
  });

  it('are those that a selection means', () => {
    expect(labelsAt(`${raw}?identities=7,200000`)).toEqual([0, 0, 1]);
    expect(labelsAt(`${raw}?identities=0-3`.replace('0-3', '5-100000'))).toEqual([1, 1, 2, 0, 0]);
  });

  it('are renumbered within each part that is joined', () => {
    const joined = joinLocations({ labelled: [raw, file('packed')], unlabelled: [raw] });
    expect(labelsAt(joined)).toEqual([1, 1, 2, 0, 3, 0, ...LABELS.map((label) => 4 + label), -1, -1, -1, -1, -1, -1]);
    expect(openSource(joined).notes?.length).toBe(2);
  });

  it('above what float32 tells apart are refused with what to do', () => {
    const path = file('huge.rec');
    writeRecords(path, (writer) => writer.write(0, { label: 2 ** 25 }, Uint8Array.of(1)));
    expect(() => openSource(path)).toThrow(/label 33554432, which is no class .*number the people from 0 and pack/);
  });
});

describe('images without a label', () => {
  it('are a person each where people are set aside, in an unlabelled part as in an unlabelled set', () => {
    const joined = joinLocations({ labelled: [file('packed')], unlabelled: [file('photos')] });
    expect(setAside(joined, { fraction: 0.5, seed: 1 })).toMatchObject({ ofPeople: 4 + 11, people: 8, of: 22 });
  });

  it('are never drawn as a pair of one person', () => {
    const joined = joinLocations({ labelled: [file('packed')], unlabelled: [file('photos'), file('photos')] });
    const own = openSource(file('packed'));
    const labelled = new Set(Array.from({ length: own.length }, (_, i) => Buffer.from(own.read(i)).toString('hex')));
    const { images } = drawPairs(joined, { pairs: 4, folds: 1 });
    for (const image of images) expect(labelled.has(Buffer.from(image).toString('hex'))).toBe(true);
  });
});

it('pairs are drawn of a person with very many images, without counting all that there are', () => {
  const many = `generated:identities=2,images=400000,size=8`;
  const start = cpuTime();
  expect(drawPairs(many, { pairs: 4, folds: 1 }).same).toEqual([true, true, false, false]);
  expect(cpuTime() - start).toBeLessThan(10_000);
});

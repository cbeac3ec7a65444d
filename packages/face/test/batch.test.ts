import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Journal, photosIn } from 'pocketnet/batch';
import { afterAll, expect, it } from 'vitest';

const place = mkdtempSync(join(tmpdir(), 'pocketnet-batch-'));
const file = (name: string): string => join(place, name);
afterAll(() => rmSync(place, { recursive: true }));

/** The records of a journal, opened anew. */
async function recordsOf(path: string, about: object = { work: 1 }): Promise<unknown[]> {
  const kept: unknown[] = [];
  const journal = await Journal.open<unknown>(path, about, (record) => kept.push(record));
  expect(kept.map((_, i) => journal.read(i))).toEqual(kept);
  await journal.close();
  return kept;
}

it('a journal keeps all whole records, wherever it was cut, and goes on behind them', async () => {
  const path = file('cut');
  const journal = await Journal.open<object>(path, { work: 1 });
  const records = [{ a: 1 }, { b: 'zwölf\nlines' }, { c: [3, 4] }];
  const ends = records.map((record) => {
    journal.add(record);
    return statSync(path).size;
  });
  await journal.close();
  const bytes = readFileSync(path);
  for (let size = 0; size <= bytes.length; size++) {
    writeFileSync(path, bytes.subarray(0, size));
    const whole = records.slice(0, ends.filter((end) => end <= size).length);
    expect(await recordsOf(path)).toEqual(whole);
    const again = await Journal.open<object>(path, { work: 1 });
    again.add({ next: size });
    await again.close();
    expect(await recordsOf(path)).toEqual([...whole, { next: size }]);
  }
});

it('a journal ends at a record that was changed', async () => {
  const path = file('changed');
  const journal = await Journal.open<object>(path, { work: 1 });
  for (let i = 0; i < 5; i++) journal.add({ i });
  await journal.close();
  const text = readFileSync(path, 'utf8');
  writeFileSync(path, text.replace('{"i":2}', '{"i":7}'));
  expect(await recordsOf(path)).toEqual([{ i: 0 }, { i: 1 }]);
});

it('a journal of other work, or of a process that is at it, is refused and left as it is', async () => {
  const path = file('other');
  await (await Journal.open<object>(path, { work: 1 })).close();
  const before = readFileSync(path);
  const first = await Journal.open<object>(path, { work: 1 });
  await expect(Journal.open<object>(path, { work: 1 })).rejects.toThrow('this process has this journal open');
  await first.close();
  await expect(Journal.open<object>(path, { work: 2 })).rejects.toThrow(
    /other work left behind: work was different\. Finish that .*, or delete it and begin anew/,
  );
  expect(readFileSync(path)).toEqual(before);
  await (await Journal.open<object>(path, { work: 1 })).finish();
  expect(existsSync(path)).toBe(false);
  truncateSync(file('cut'), 0);
  appendFileSync(file('cut'), 'no line end');
  expect(await recordsOf(file('cut'))).toEqual([]);
});

it('photos are files as they are named and folders with all below, by name, without what is hidden', () => {
  mkdirSync(file('photos/b/.thumbs'), { recursive: true });
  for (const name of ['z.JPG', 'b/2.png', 'b/10.png', 'b/.thumbs/t.jpg', 'b/notes.txt', '.hidden.jpg'])
    writeFileSync(file(`photos/${name}`), '');
  const found = ['b/10.png', 'b/2.png', 'z.JPG'].map((name) => file(`photos/${name}`));
  expect(photosIn([file('photos')])).toEqual(found);
  expect(photosIn([file('photos/b/notes.txt'), file('photos')])).toEqual([file('photos/b/notes.txt'), ...found]);
  expect(() => photosIn([file('nowhere')])).toThrow(/nowhere: there is no such file or folder/);
  writeFileSync(file('photos/1.jpg'), '');
  const home = process.cwd();
  try {
    for (const [from, folder, start] of [
      ['photos', '.', ''],
      ['.', './photos', 'photos/'],
      ['photos/b', '../../photos/', '../../photos/'],
    ] as const) {
      process.chdir(file(from));
      const names = ['1.jpg', 'b/10.png', 'b/2.png', 'z.JPG'];
      expect(photosIn([folder]), folder).toEqual(names.map((name) => `${start}${name}`));
    }
  } finally {
    process.chdir(home);
  }
  mkdirSync(file('empty'));
  expect(() => photosIn([file('empty')])).toThrow(/empty: there are no pictures in this folder/);
});

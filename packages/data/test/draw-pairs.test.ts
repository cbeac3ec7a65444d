import { join } from 'node:path';
import { drawPairs, openSource } from '@pocketnet/data';
import { describe, expect, it } from 'vitest';
import { temporaryFolder, writeImageFolder } from './format-fixtures.js';

const folder = temporaryFolder();
const COUNTS = [2, 9, 2, 3, 2, 4, 1, 2, 12, 2, 3, 5];
writeImageFolder(join(folder, 'people'), COUNTS);
const people = join(folder, 'people');

const personOf = new Map<string, number>();
const source = openSource(people);
const key = (image: Uint8Array | undefined): string => Buffer.from(image ?? []).toString('latin1');
for (let i = 0; i < source.length; i++) personOf.set(key(source.read(i)), source.label(i));

const namesOf = ({ images, same }: ReturnType<typeof drawPairs>) =>
  same.map((_, pair) => [images[2 * pair], images[2 * pair + 1]].map(key).sort());

describe('drawing pairs', () => {
  const drawn = drawPairs(people, { pairs: 12, folds: 2 });
  const pairs = namesOf(drawn);

  it('tells the truth of every pair, half of each fold of one person', () => {
    expect(drawn.same).toEqual(pairs.map(([a = '', b = '']) => personOf.get(a) === personOf.get(b)));
    for (const fold of [drawn.same.slice(0, 6), drawn.same.slice(6)]) expect(fold.filter(Boolean)).toHaveLength(3);
  });

  it('shows no pair twice, no image beside itself and no person in two folds', () => {
    expect(new Set(pairs.map(String)).size).toBe(pairs.length);
    for (const [a, b] of pairs) expect(a).not.toBe(b);
    const [first, second] = [pairs.slice(0, 6), pairs.slice(6)].map(
      (fold) => new Set(fold.flat().map((n) => personOf.get(n))),
    );
    expect([...(first ?? [])].filter((person) => second?.has(person))).toEqual([]);
  });

  it('asks everybody before it asks anybody again', () => {
    const eleven = drawPairs(people, { pairs: 22, folds: 1 });
    const genuine = namesOf(eleven).filter((_, pair) => eleven.same[pair]);
    expect(new Set(genuine.map(([a = '']) => personOf.get(a))).size).toBe(11); // all but the person of one image
  });

  it('is the same for the same seed, and another for another', () => {
    expect(namesOf(drawPairs(people, { pairs: 12, folds: 2 }))).toEqual(pairs);
    expect(namesOf(drawPairs(people, { pairs: 12, folds: 2, seed: 1 }))).not.toEqual(pairs);
  });

  it('says how many there could be when there are too few', () => {
    expect(() => drawPairs(people, { pairs: 4000, folds: 2 })).toThrow(
      /gives \d+ pairs of one person in a fold of \d+ people/,
    );
    expect(() => drawPairs(people, { pairs: 10, folds: 4 })).toThrow('10 pairs do not part into 4 folds');
  });
});

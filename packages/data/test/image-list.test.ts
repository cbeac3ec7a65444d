import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type FaceSource, listedImages, openSource, setAside, writeFaces, writeImageList } from '@pocketnet/data';
import { describe, expect, it } from 'vitest';
import { jpegShells, temporaryFolder, writeImageFolder } from './format-fixtures.js';

const folder = temporaryFolder();
const file = (name: string): string => join(folder, name);
const LABELS = [0, 0, 0, 1, 2, 2, 2, 2, 2, 3, 3];
writeImageFolder(file('photos'), [3, 1, 5, 2]);
writeFaces(
  file('packed'),
  jpegShells(LABELS.length).map((image, i) => ({ identity: LABELS[i] ?? 0, image })),
);
writeFileSync(
  file('packed/train.lst'),
  LABELS.map((label, i) => `1\t${i % 2 ? 'odd' : 'even'}/${i}.jpg\t${label}\n`).join(''),
);

const list = (content: string): string => {
  const path = file(
    `list ${content.length}-${Math.abs(content.split('').reduce((sum, c) => (31 * sum + c.charCodeAt(0)) | 0, 7))}.txt`,
  );
  writeFileSync(path, content);
  return path;
};
const imagesOf = (source: FaceSource) =>
  Array.from({ length: source.length }, (_, i) => Buffer.from(source.read(i)).toString('hex'));
const opened = (location: string) => {
  const source = openSource(location);
  const seen = {
    images: imagesOf(source),
    identities: source.identities,
    labels: Array.from({ length: source.length }, (_, i) => source.label(i)),
  };
  source.close();
  return seen;
};

describe('a list of images', () => {
  it.each(['packed', 'photos'])('parts %s in two: what it names, and the rest', (place) => {
    const path = list('# some\nof 11\n1\n3-5\n\n11 # the last\n');
    const [whole, only, without] = ['', `?only=${path}`, `?without=${path}`].map((query) =>
      opened(file(place) + query),
    );
    expect(only?.images).toEqual([0, 2, 3, 4, 10].map((i) => whole?.images[i]));
    expect([...(only?.images ?? []), ...(without?.images ?? [])].sort()).toEqual(whole?.images.toSorted());
  });

  it('acts before the other selections, and people without images lose their numbers', () => {
    const path = list('4\n');
    expect(opened(`${file('packed')}?without=${path}`).labels).toEqual([0, 0, 0, 1, 1, 1, 1, 1, 2, 2]);
    expect(opened(`${file('packed')}?without=${list('1\n2\n')}&minImages=2`).identities).toBe(2);
  });

  it('names images by their names at the source too', () => {
    const named = opened(`${file('packed')}?only=${list('odd/1.jpg\neven/4.jpg\n')}`);
    expect(named.images).toEqual([1, 4].map((i) => opened(file('packed')).images[i]));
    const photos = openSource(file('photos'));
    expect([...listedImages(photos, list('person02/person02_0002.jpg\n'))]).toEqual([5]);
  });

  it('is kept by names and numbers when a part is listed again', () => {
    const part = openSource(`${file('packed')}?without=${list('1-3\n')}`);
    expect(part.imageName?.(0)).toBe('odd/3.jpg');
    expect([...listedImages(part, list('4\neven/10.jpg\n'))]).toEqual([0, 7]);
    part.close();
  });

  it.each([
    ['a number that is not there', '12\n', /line 1.*names the image 12, which packed does not have/],
    ['a name that is not there', '1\nnobody.jpg\n', /line 2.*nobody\.jpg/],
    ['another source', 'of 25068\n1\n', /made for a source of 25068 images; packed has 11/],
    ['a range that ends before it begins', '5-3\n', /ends before/],
    ['a range without end', '1-999999999999\n', /more images than there are/],
  ])('with %s is refused by its line', (_, content, message) => {
    expect(() => openSource(`${file('packed')}?only=${list(content)}`)).toThrow(message);
  });

  it('that is missing is named', () => {
    expect(() => openSource(`${file('packed')}?only=${file('none.txt')}`)).toThrow(/none\.txt/);
    expect(() => openSource(`${file('packed')}?only=`)).toThrow(/only=/);
  });
});

describe('setting people aside', () => {
  it('draws whole people, the same by the same seed, and a list of them opens what was drawn', () => {
    const drawn = setAside(file('packed'), { fraction: 0.5, seed: 3 });
    expect(drawn).toMatchObject({ people: 2, ofPeople: 4, of: 11 });
    expect(setAside(file('packed'), { fraction: 0.5, seed: 3 })).toEqual(drawn);
    writeImageList(file('aside.txt'), drawn.numbers, { of: drawn.of, about: 'two of four' });
    expect(readFileSync(file('aside.txt'), 'utf8')).toMatch(/^# two of four\nof 11\n\d+\n/);
    const [aside, rest] = ['only', 'without'].map((key) => opened(`${file('packed')}?${key}=${file('aside.txt')}`));
    expect([aside?.identities, rest?.identities]).toEqual([2, 2]);
    expect(aside?.images.some((image) => rest?.images.includes(image))).toBe(false);
  });

  it('draws other people by other seeds', () => {
    const draws = [1, 2, 3, 4, 5, 6].map((seed) => setAside(file('packed'), { fraction: 0.5, seed }).numbers.join());
    expect(new Set(draws).size).toBeGreaterThan(1);
  });

  it('draws among the images of a name, and says where there are none', () => {
    const { numbers } = setAside(file('packed'), { fraction: 0.9, names: 'odd/' });
    expect(numbers.every((number) => number % 2 === 0)).toBe(true);
    expect(() => setAside(file('packed'), { fraction: 0.5, names: 'utkface/' })).toThrow(/begins with "utkface\/"/);
  });
});

it('several lists act together, only and without alike', () => {
  const [first, second] = [list('1\n2\n'), list('2\n9\n')];
  const numbers = (query: string): number[] => {
    const part = openSource(`${file('packed')}${query}`);
    const places = Array.from({ length: part.length }, (_, i) => Number(part.place?.(i).record));
    part.close();
    return places;
  };
  expect(numbers(`?only=${first},${second}`)).toEqual([1, 2, 9]);
  const rest = numbers(`?without=${first},${second}`);
  expect([...rest, 1, 2, 9].sort((a, b) => a - b)).toEqual(numbers(''));
});

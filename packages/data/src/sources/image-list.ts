import { writeAtomically } from '@pocketnet/files/node';
import { DataError } from '../data-error.js';
import { readWhole } from '../formats/random-access-file.js';
import { IndexSet } from '../index-set.js';
import { LargeMap } from '../large-map.js';
import type { FaceSource } from './face-source.js';

/** A list of images may hold so many bytes: millions of names. */
const LARGEST_LIST = 256 * 2 ** 20;

/** The images of `source` that any of several lists names, a comma between their paths. */
export function listedImages(source: FaceSource, paths: string): IndexSet {
  const listed = new IndexSet(source.length);
  for (const path of paths.split(',')) addListed(source, path, listed);
  return listed;
}

/**
 * Adds the images of `source` that a list names, by their places in the source. A list is a text file of one entry a line: a record
 * number (of sources without records, the image's number from 1), a range of them such as `120-140`, or an image's name at its
 * source: its path in an image folder, what `train.lst` says of a record. Empty lines and what follows `#` are passed over. A line
 * `of 25068` says how many images the source has for which the list was made; another source is then refused.
 *
 * @throws DataError that names the list and the line, for what cannot be read and for images that the source does not have
 */
function addListed(source: FaceSource, path: string, listed: IndexSet): void {
  const lines = Buffer.from(readWhole(path, LARGEST_LIST))
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .split('\n');
  const names = new LargeMap<string, number>();
  let places: ((number: number) => number | undefined) | undefined;
  for (const [i, text] of lines.entries()) {
    const entry = text.replace(/(^|\s)#.*$/, '').trim();
    if (entry === '') continue;
    const fail = (reason: string, remedy?: string): never => failAt(path, i + 1, reason, remedy);
    const [, made] = /^of (\d{1,15})$/.exec(entry) ?? [];
    if (made !== undefined) {
      if (Number(made) !== source.length) {
        fail(
          `was made for a source of ${made} images; ${source.name} has ${source.length}`,
          'Take the list of this source',
        );
      }
      continue;
    }
    const [, first, last = first] = /^(\d{1,15})(?:-(\d{1,15}))?$/.exec(entry) ?? [];
    if (first === undefined) {
      if (!names.has(entry)) names.set(entry, i + 1);
      continue;
    }
    checkRange(Number(first), Number(last), source.length, fail);
    places ??= placesOfNumbers(source);
    for (let number = Number(first); number <= Number(last); number++) {
      listed.add(places(number) ?? fail(notThere(number, source)));
    }
  }
  if (names.size > 0) addNamed(source, names, listed, path);
}

/** Writes a list of record numbers. @param about what they are, a comment of one line */
export function writeImageList(
  path: string,
  numbers: readonly number[],
  { of, about }: { of: number; about: string },
): void {
  writeAtomically([path], (file) => {
    file?.write(Buffer.from(`# ${about.replaceAll('\n', ' ')}\nof ${of}\n`));
    for (const number of numbers) file?.write(Buffer.from(`${number}\n`));
  });
}

/** The number by which a list knows image `index`. */
export function imageNumber(source: FaceSource, index: number): number {
  const record = source.place?.(index).record;
  return typeof record === 'number' ? record : index + 1;
}

function failAt(path: string, line: number, reason: string, remedy?: string): never {
  throw new DataError({ file: path, record: `line ${line}`, reason, ...(remedy && { remedy }) });
}

const notThere = (key: number | string, source: FaceSource): string =>
  `names the image ${key}, which ${source.name} does not have`;

function checkRange(first: number, last: number, length: number, fail: (reason: string) => never): void {
  if (last < first) fail('is a range that ends before it begins');
  if (last - first >= length) fail(`is a range of more images than there are (${length})`);
}

/** Where a numbered image stands; of several with one number the last. */
function placesOfNumbers(source: FaceSource): (number: number) => number | undefined {
  const numbers = new Float64Array(source.length);
  let isAscending = true;
  for (let i = 0; i < numbers.length; i++) {
    numbers[i] = imageNumber(source, i);
    if (i > 0 && (numbers[i] as number) <= (numbers[i - 1] as number)) isAscending = false; // inside by the loop
  }
  const order = isAscending
    ? undefined
    : Uint32Array.from(numbers, (_, i) => i).sort((a, b) => (numbers[a] ?? 0) - (numbers[b] ?? 0) || a - b);
  const numberAt = (place: number): number => numbers[order?.[place] ?? place] ?? Number.NaN;
  return (number) => {
    const guess = number - numberAt(0); // most sets number their images without gaps
    let [low, high] = numberAt(guess) === number && !order ? [guess, guess + 1] : [0, numbers.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (numberAt(middle) <= number) low = middle + 1;
      else high = middle;
    }
    return low > 0 && numberAt(low - 1) === number ? (order?.[low - 1] ?? low - 1) : undefined;
  };
}

/** Looks at the names of all images once. @param names with the lines that they stand in */
function addNamed(source: FaceSource, names: LargeMap<string, number>, listed: IndexSet, path: string): void {
  const places = new LargeMap<string, number>();
  for (let i = 0; i < source.length; i++) {
    const name = source.imageName?.(i);
    if (name !== undefined && names.has(name)) places.set(name, i);
  }
  for (const [name, line] of names.entries())
    listed.add(places.get(name) ?? failAt(path, line, notThere(name, source)));
}

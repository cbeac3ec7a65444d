import { DataError } from '../data-error.js';
import { writeAtomically } from '../formats/atomic-file.js';
import { readWhole } from '../formats/random-access-file.js';
import type { FaceSource } from './face-source.js';

/** A list of images may hold so many bytes: millions of names. */
const LARGEST_LIST = 256 * 2 ** 20;

/** The images of `source` that any of several lists names, a comma between their paths. */
export function listedImages(source: FaceSource, paths: string): Set<number> {
  const [first = '', ...others] = paths.split(',');
  const listed = imagesOfList(source, first);
  for (const path of others) for (const index of imagesOfList(source, path)) listed.add(index);
  return listed;
}

/**
 * The images of `source` that a list names, by their places in the source. A list is a text file of one entry a line: a record
 * number (of sources without records, the image's number from 1), a range of them such as `120-140`, or an image's name at its
 * source: its path in an image folder, what `train.lst` says of a record. Empty lines and what follows `#` are passed over. A line
 * `of 25068` says how many images the source has for which the list was made; another source is then refused.
 *
 * @throws DataError that names the list and the line, for what cannot be read and for images that the source does not have
 */
function imagesOfList(source: FaceSource, path: string): Set<number> {
  const lines = Buffer.from(readWhole(path, LARGEST_LIST)).toString('utf8').split('\n');
  const places = placesOf(source);
  const listed = new Set<number>();
  for (const [i, text] of lines.entries()) {
    const entry = text.replace(/(^|\s)#.*$/, '').trim();
    if (entry === '') continue;
    const fail = (reason: string, remedy?: string): never => {
      throw new DataError({ file: path, record: `line ${i + 1}`, reason, ...(remedy && { remedy }) });
    };
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
    const wanted = first === undefined ? [entry] : range(Number(first), Number(last), source.length, fail);
    for (const key of wanted) {
      listed.add(places(key) ?? fail(`names the image ${key}, which ${source.name} does not have`));
    }
  }
  return listed;
}

/** Writes a list of record numbers. @param about what they are, a comment of one line */
export function writeImageList(
  path: string,
  numbers: readonly number[],
  { of, about }: { of: number; about: string },
): void {
  const lines = [`# ${about.replaceAll('\n', ' ')}`, `of ${of}`, ...numbers];
  writeAtomically([path], (file) => file?.write(Buffer.from(`${lines.join('\n')}\n`)));
}

/** The number by which a list knows image `index`. */
export function imageNumber(source: FaceSource, index: number): number {
  const record = source.place?.(index).record;
  return typeof record === 'number' ? record : index + 1;
}

function range(first: number, last: number, length: number, fail: (reason: string) => never): number[] {
  if (last < first) return fail(`is a range that ends before it begins`);
  if (last - first >= length) return fail(`is a range of more images than there are (${length})`);
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

/** Where a numbered or named image stands; names are looked at when the first one is asked for. */
function placesOf(source: FaceSource): (key: number | string) => number | undefined {
  const numbers = new Map(Array.from({ length: source.length }, (_, i) => [imageNumber(source, i), i]));
  let names: Map<string, number> | undefined;
  return (key) => {
    if (typeof key === 'number') return numbers.get(key);
    names ??= new Map(Array.from({ length: source.length }, (_, i) => [source.imageName?.(i) ?? '', i]));
    return names.get(key);
  };
}

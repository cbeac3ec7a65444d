import { DataError } from '../data-error.js';
import type { BenchmarkSet, ListedBenchmarkPair } from './benchmark.js';
import { personOfNumbered } from './images.js';
import { failAt, isWhole, type ListLine, placeOf, readLines } from './list-lines.js';

/** Labeled Faces in the Wild, view 2 (Huang et al. 2007): 10 folds of 300 genuine and 300 impostor pairs. */
export const lfw: BenchmarkSet = {
  name: 'lfw',
  title: 'LFW',
  lists: ['pairs.txt', 'lfw/pairs.txt'],
  imageFolders: ['lfw', '.', 'lfw-deepfunneled', 'lfw_funneled', 'lfw/lfw'],
  readPairs: (_, list) => readPairs(list),
  person: personOfNumbered,
};

const REMEDY = 'A genuine pair is "name 1 2", an impostor pair "name 1 other 2"';

/**
 * `name i j` is a genuine pair, `name i other j` an impostor pair, parted by tabs. The first line states folds and pairs of a
 * half; in some copies it holds titles instead, or is missing: then there are 10 folds.
 */
function readPairs(list: string): ListedBenchmarkPair[] {
  const [first, ...rest] = readLines(list);
  const counts = first && fieldsOf(first);
  const isTitle = counts?.length === 2 || !isWhole(counts?.[1]);
  const rows = isTitle || !first ? rest : [first, ...rest];
  const stated = counts?.length === 2 && counts.every(isWhole) ? counts.map(Number) : undefined;
  const folds = stated?.[0] ?? 10;
  const half = stated?.[1] ?? Math.floor(rows.length / (2 * folds));
  if (folds < 1 || half < 1 || rows.length !== 2 * folds * half) {
    const expected = `${folds} folds of 2 x ${half} pairs, ${2 * folds * half} lines`;
    const reason = `should hold ${expected}, but holds ${rows.length}`;
    throw new DataError({ file: list, reason, remedy: 'The list is cut off or has too much: get it again' });
  }
  return rows.map((line, i) => {
    const pair = parse(list, line);
    const same = i % (2 * half) < half;
    if (pair.same !== same) {
      const reason = `is ${pair.same ? 'a genuine' : 'an impostor'} pair among ${same ? 'genuine' : 'impostor'} ones`;
      failAt(list, line, reason, `Each fold lists ${half} genuine pairs, then ${half} impostor pairs`);
    }
    return { ...pair, fold: Math.floor(i / (2 * half)), place: placeOf(list, line) };
  });
}

/** Names may hold blanks where tabs part the fields. */
const fieldsOf = ({ text }: ListLine): string[] => text.split(text.includes('\t') ? /\t+/ : /\s+/);

function parse(list: string, line: ListLine): { a: string; b: string; same: boolean } {
  const fields = fieldsOf(line);
  const [name = '', i, third = '', j] = fields;
  if (fields.length === 3 && isWhole(i) && isWhole(third)) {
    return { a: photo(name, i), b: photo(name, third), same: true };
  }
  if (fields.length === 4 && isWhole(i) && isWhole(j)) return { a: photo(name, i), b: photo(third, j), same: false };
  return failAt(list, line, 'is no pair', REMEDY);
}

const photo = (name: string, number: string): string =>
  `${name}/${name}_${String(Number(number)).padStart(4, '0')}.jpg`;

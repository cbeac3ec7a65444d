import { DataError } from '../data-error.js';
import { failAt, placeOf } from '../lists/lines.js';
import { readPairsList } from '../lists/pairs-list.js';
import type { BenchmarkSet, ListedBenchmarkPair } from './benchmark.js';
import { personOfNumbered } from './images.js';

/** Labeled Faces in the Wild, view 2 (Huang et al. 2007): 10 folds of 300 genuine and 300 impostor pairs. */
export const lfw: BenchmarkSet = {
  name: 'lfw',
  title: 'LFW',
  about: 'Labeled Faces in the Wild, View 2.',
  folds: 10,
  lists: ['pairs.txt', 'lfw/pairs.txt'],
  imageFolders: ['lfw', '.', 'lfw-deepfunneled', 'lfw_funneled', 'lfw/lfw'],
  readPairs: (_, list) => readPairs(list),
  person: personOfNumbered,
};

/**
 * The first line states folds and pairs of a half; in some copies it holds titles instead, or is missing: then there are 10 folds. In
 * each the genuine pairs come first.
 */
function readPairs(list: string): ListedBenchmarkPair[] {
  const { pairs, stated } = readPairsList(list);
  const folds = stated?.folds ?? 10;
  const half = stated?.half ?? Math.floor(pairs.length / (2 * folds));
  if (folds < 1 || half < 1 || pairs.length !== 2 * folds * half) {
    const expected = `${folds} folds of 2 x ${half} pairs, ${2 * folds * half} lines`;
    const reason = `should hold ${expected}, but holds ${pairs.length}`;
    throw new DataError({ file: list, reason, remedy: 'The list is cut off or has too much: get it again' });
  }
  return pairs.map(({ first, second, same, line }, i) => {
    const expected = i % (2 * half) < half;
    if (same !== expected) {
      const reason = `is ${same ? 'a genuine' : 'an impostor'} pair among ${expected ? 'genuine' : 'impostor'} ones`;
      failAt(list, line, reason, `Each fold lists ${half} genuine pairs, then ${half} impostor pairs`);
    }
    return { a: first, b: second, same, fold: Math.floor(i / (2 * half)), place: placeOf(list, line) };
  });
}

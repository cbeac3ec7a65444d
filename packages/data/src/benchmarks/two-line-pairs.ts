import { DataError } from '../data-error.js';
import { failAt, placeOf } from '../lists/lines.js';
import { readPairsList } from '../lists/pairs-list.js';
import type { ListedBenchmarkPair } from './benchmark.js';

/** Both lists of this form have as many. */
const FOLDS = 10;

/**
 * The lists of CALFW and CPLFW: all genuine pairs, then all impostor pairs. Fold k is the k-th tenth of the genuine ones and the k-th
 * tenth of the impostors, since tenths of the list as it stands would be of one class.
 */
export function readTwoLinePairs(list: string): ListedBenchmarkPair[] {
  const { pairs } = readPairsList(list);
  const genuine = pairs.filter(({ same }) => same);
  const impostors = pairs.filter(({ same }) => !same);
  const half = genuine.length / FOLDS;
  if (genuine.length !== impostors.length || !Number.isInteger(half) || half === 0) {
    const reason = `holds ${genuine.length} genuine and ${impostors.length} impostor pairs, which make no ${FOLDS} equal folds`;
    throw new DataError({ file: list, reason, remedy: 'The list is cut off or has too much: get it again' });
  }
  return Array.from({ length: FOLDS }, (_, fold) =>
    [genuine, impostors].flatMap((sort) =>
      sort.slice(fold * half, (fold + 1) * half).map(({ first, second, same, line, mark = 0 }) => {
        // CALFW labels a genuine pair with its fold; CPLFW with 1.
        if (mark > 1 && mark !== fold + 1) {
          failAt(list, line, `stands among the pairs of fold ${fold + 1}`, 'The genuine pairs are listed fold by fold');
        }
        return { a: first, b: second, same, fold, place: placeOf(list, line) };
      }),
    ),
  ).flat();
}

import { DataError } from '../data-error.js';
import type { ListedBenchmarkPair } from './benchmark.js';
import { failAt, isWhole, type ListLine, placeOf, readLines } from './list-lines.js';

/** Both lists of this form have as many. */
const FOLDS = 10;
const REMEDY = 'Two lines in a row, "photo label" each, are a pair: with one label, 0 for two people';

/**
 * The lists of CALFW and CPLFW: `photo label`, two consecutive lines a pair; all genuine pairs (label not 0), then all impostor
 * pairs. Fold k is the k-th tenth of the genuine ones and the k-th tenth of the impostors, since tenths of the list as it stands
 * would be of one class.
 */
export function readTwoLinePairs(list: string): ListedBenchmarkPair[] {
  const all = readLines(list);
  const lines = all[0] && isWhole(all[0].text.split(/\s+/).at(-1)) ? all : all.slice(1); // some copies have titles
  if (lines.length % 2 === 1) {
    throw new DataError({ file: list, reason: `holds ${lines.length} photos, an odd number`, remedy: REMEDY });
  }
  const pairs = Array.from(
    { length: lines.length / 2 },
    (_, p) => pairOf(list, lines[2 * p] as ListLine, lines[2 * p + 1] as ListLine), // inside by the length
  );
  const genuine = pairs.filter(({ same }) => same);
  const impostors = pairs.filter(({ same }) => !same);
  const half = genuine.length / FOLDS;
  if (genuine.length !== impostors.length || !Number.isInteger(half) || half === 0) {
    const reason = `holds ${genuine.length} genuine and ${impostors.length} impostor pairs, which make no ${FOLDS} equal folds`;
    throw new DataError({ file: list, reason, remedy: 'The list is cut off or has too much: get it again' });
  }
  return Array.from({ length: FOLDS }, (_, fold) =>
    [genuine, impostors].flatMap((half_) =>
      half_.slice(fold * half, (fold + 1) * half).map(({ line, label, ...pair }) => {
        // CALFW labels a genuine pair with its fold; CPLFW with 1.
        if (label > 1 && label !== fold + 1) {
          failAt(list, line, `stands among the pairs of fold ${fold + 1}`, 'The genuine pairs are listed fold by fold');
        }
        return { ...pair, fold };
      }),
    ),
  ).flat();
}

interface LabelledPair extends Omit<ListedBenchmarkPair, 'fold'> {
  label: number;
  line: ListLine;
}

function pairOf(list: string, first: ListLine, second: ListLine): LabelledPair {
  const [a, b] = [entryOf(list, first), entryOf(list, second)];
  if (a.label !== b.label) failAt(list, second, `is labelled ${b.label}, but the photo before it ${a.label}`, REMEDY);
  const place = placeOf(list, first);
  return { a: a.photo, b: b.photo, same: a.label !== 0, label: a.label, line: first, place };
}

function entryOf(list: string, line: ListLine): { photo: string; label: number } {
  const cut = /^(.*\S)\s+(\S+)$/.exec(line.text);
  if (!cut?.[1] || !isWhole(cut[2])) return failAt(list, line, 'is no photo with a label', REMEDY);
  return { photo: cut[1], label: Number(cut[2]) };
}

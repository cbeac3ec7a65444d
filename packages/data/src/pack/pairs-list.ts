import { DataError } from '../data-error.js';
import { readWhole } from '../formats/random-access-file.js';

/** One line of a list of pairs. */
export interface ListedPair {
  /** A photo, named without its folder: a path, or LFW's name and number, `Ann_Lee/Ann_Lee_0001`, that has no extension. */
  first: string;
  second: string;
  same: boolean;
  /** From 1. */
  line: number;
}

const LARGEST_LIST = 256 * 2 ** 20;

/**
 * Reads a list of pairs of one of two styles, told apart by the first line that has three or four fields:
 *
 * - LFW's `pairs.txt`: `name i j` (two photos of one person), `name i other j` (of two), after an optional line of counts,
 *   `folds TAB pairs` or `pairs`, which are checked: folds · pairs of each sort are to follow;
 * - `pathA pathB 0|1`.
 *
 * Fields are parted by tabs where the line has one, else by blanks; empty lines and lines that start with `#` are skipped.
 *
 * @throws DataError that names the line.
 */
export function readPairsList(path: string): ListedPair[] {
  const text = Buffer.from(readWhole(path, LARGEST_LIST)).toString('utf8');
  const lines = text.split(/\r?\n/).map((content, i) => ({ number: i + 1, fields: fieldsOf(content) }));
  const [first, ...others] = lines.filter(({ fields }) => fields.length > 0);
  if (first === undefined) throw new DataError({ file: path, reason: 'is empty', remedy: 'Write a pair on each line' });

  const counts = countsOf(first.fields);
  const rows = counts ? others : [first, ...others];
  const parse = rows[0] && isLfw(rows[0].fields) ? parseLfw : parsePaths;
  const pairs = rows.map(({ number, fields }) => {
    const pair = parse(fields);
    if (pair !== undefined) return { ...pair, line: number };
    const reason = `${JSON.stringify(fields.join(' ').slice(0, 80))} is no pair`;
    const remedy =
      parse === parseLfw ? 'Write "name 1 2" or "name 1 other 2"' : 'Write "pathA pathB 1" or "pathA pathB 0"';
    throw new DataError({ file: path, record: `line ${number}`, reason, remedy });
  });
  if (counts) checkCounts(path, pairs, counts);
  if (pairs.length === 0) {
    throw new DataError({ file: path, reason: 'lists no pairs', remedy: 'Write a pair on each line' });
  }
  return pairs;
}

function fieldsOf(line: string): string[] {
  const trimmed = line.replace(/^\ufeff/, '').trim();
  if (trimmed === '' || trimmed.startsWith('#')) return [];
  return trimmed.split(trimmed.includes('\t') ? /\t+/ : /\s+/);
}

interface Counts {
  folds: number;
  pairs: number;
}

function countsOf(fields: readonly string[]): Counts | undefined {
  if (fields.length > 2 || !fields.every(isNumber)) return undefined;
  const [folds, pairs] = fields.length === 2 ? fields : ['1', fields[0]];
  return { folds: Number(folds), pairs: Number(pairs) };
}

function checkCounts(path: string, pairs: readonly ListedPair[], counts: Counts): void {
  const expected = counts.folds * counts.pairs;
  const same = pairs.filter((pair) => pair.same).length;
  if (same === expected && pairs.length === 2 * expected) return;
  const found = `${same} pairs of one person and ${pairs.length - same} of two`;
  const reason = `states ${expected} of each sort on its first line, but lists ${found}`;
  throw new DataError({ file: path, reason, remedy: 'The list is truncated, or its first line is wrong' });
}

function isNumber(field: string | undefined): boolean {
  return field !== undefined && /^\d{1,9}$/.test(field);
}

function isLfw(fields: readonly string[]): boolean {
  return isNumber(fields[1]);
}

type ParsedLine = Omit<ListedPair, 'line'> | undefined;

function parseLfw(fields: readonly string[]): ParsedLine {
  const [name = '', i, third = '', j] = fields;
  if (fields.length === 3 && isNumber(i) && isNumber(third)) {
    return { first: lfwPhoto(name, i), second: lfwPhoto(name, third), same: true };
  }
  if (fields.length === 4 && isNumber(i) && isNumber(j)) {
    return { first: lfwPhoto(name, i), second: lfwPhoto(third, j), same: false };
  }
  return undefined;
}

function lfwPhoto(name: string, number: string | undefined): string {
  return `${name}/${name}_${String(Number(number)).padStart(4, '0')}`;
}

function parsePaths([first, second, same, ...rest]: readonly string[]): ParsedLine {
  if (!first || !second || rest.length > 0 || (same !== '0' && same !== '1')) return undefined;
  return { first, second, same: same === '1' };
}

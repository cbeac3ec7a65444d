import { DataError } from '../data-error.js';
import { isPictureName } from '../picture/formats/index.js';
import { failAt, isWhole, type ListLine, readLines } from './lines.js';

/** One pair of a list. */
export interface ListedPair {
  /** A photo, named without its folder: a path, or LFW's name and number, `Ann_Lee/Ann_Lee_0001`, that has no extension. */
  first: string;
  second: string;
  same: boolean;
  /** Where it stands, or begins. */
  line: ListLine;
  /** What CALFW's and CPLFW's lists put beside each photo: 0 for two people, else 1 or the number of the fold. */
  mark?: number;
}

/** What a list of pairs holds. */
export interface PairsList {
  pairs: ListedPair[];
  /** What its first line states, in LFW's style: how many folds, and pairs of each sort in one. */
  stated?: { folds: number; half: number };
}

/**
 * Reads a list of pairs, whoever wrote it; every list of pairs in text goes through here. Of three styles, told apart by the first line
 * that is one of a pair:
 *
 * - LFW's `pairs.txt`: `name i j` (two photos of one person), `name i other j` (of two), after an optional line of counts, `folds pairs`
 *   or `pairs`;
 * - `pathA pathB 0|1`, also with the answer first;
 * - CALFW's and CPLFW's `photo mark` on two lines in a row.
 *
 * Fields are parted by tabs, commas, semicolons or blanks. Names may hold blanks: where they part the fields too, the numbers and the
 * extensions of pictures show where a name ends. A line of titles may come first; empty lines, lines that start with `#`, a BOM and
 * CRLF do not matter.
 *
 * @throws DataError that names the line.
 */
export function readPairsList(path: string): PairsList {
  const [first, ...others] = readLines(path).filter(({ text }) => !text.startsWith('#'));
  if (first === undefined) throw new DataError({ file: path, reason: 'lists no pairs', remedy: REMEDY });
  const stated = countsOf(first);
  const rows = stated || isTitle(first) ? others : [first, ...others];
  const [row] = rows;
  if (row === undefined) throw new DataError({ file: path, reason: 'lists no pairs', remedy: REMEDY });
  const style = STYLES.find(({ parse }) => parse(row) !== undefined) ?? styleFor(row);
  const parsed = rows.map((line) => style.parse(line) ?? failAt(path, line, style.reason, style.remedy));
  return { pairs: style.pairUp?.(path, parsed) ?? parsed, ...(stated && { stated }) };
}

interface Style {
  /** A pair, or half of one; undefined for a line of another style. */
  parse(line: ListLine): ListedPair | undefined;
  reason: string;
  remedy: string;
  /** Makes pairs of halves. */
  pairUp?(path: string, halves: ListedPair[]): ListedPair[];
}

const lfw: Style = {
  parse: (line) => firstOf(fieldings(line), (fields) => parseLfw(fields, line)) ?? parseLfwWithBlanks(line),
  reason: 'is no pair',
  remedy: 'Write "name 1 2" or "name 1 other 2"',
};
const paths: Style = {
  parse: (line) => firstOf(fieldings(line), (fields) => parsePaths(fields, line)) ?? parsePathsWithBlanks(line),
  reason: 'is no pair',
  remedy: 'Write "pathA pathB 1" or "pathA pathB 0"',
};
const twoLines: Style = {
  parse: (line) => firstOf(fieldings(line), (fields) => parseMarked(fields, line)) ?? parseMarkedWithBlanks(line),
  reason: 'is no photo with a label',
  remedy: 'Two lines in a row, "photo label" each, are a pair: with one label, 0 for two people',
  pairUp: pairUpHalves,
};

const STYLES: readonly Style[] = [lfw, paths, twoLines];
const REMEDY = 'Write a pair on each line: "name 1 2", "name 1 other 2", or "pathA pathB 1"';

/** Which style to complain in about a first line that is of none. */
function styleFor({ text }: ListLine): Style {
  return isWhole(text.split(/[\s,;]+/)[1]) ? lfw : paths;
}

/** The ways to part a line into fields, the surest first. */
function* fieldings({ text }: ListLine): Generator<string[], undefined> {
  for (const delimiter of [/\t+/, /,/, /;/, /\s+/]) {
    if (!delimiter.test(text)) continue;
    const fields = text.split(delimiter).map((field) => field.trim().replace(/^"(.*)"$/, '$1'));
    while (fields.length > 0 && fields.at(-1) === '') fields.pop(); // spreadsheets leave delimiters at the end
    yield fields;
  }
  return undefined;
}

function firstOf<From, To>(all: Iterable<From>, map: (from: From) => To | undefined): To | undefined {
  for (const each of all) {
    const found = map(each);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A line of numbers alone, two at most: folds and pairs of a half, or these without folds. */
function countsOf(line: ListLine): PairsList['stated'] {
  return (
    firstOf(fieldings(line), ([a, b, ...rest]) => {
      if (!isWhole(a) || rest.length > 0 || !(b === undefined || isWhole(b))) return undefined;
      return b === undefined ? { folds: 1, half: Number(a) } : { folds: Number(a), half: Number(b) };
    }) ?? (isWhole(line.text) ? { folds: 1, half: Number(line.text) } : undefined)
  );
}

/** Titles are words: no number among them, and no picture. */
function isTitle({ text }: ListLine): boolean {
  const words = text.split(/[\s,;"]+/).filter((word) => word !== '');
  return words.length >= 2 && words.every((word) => !/^\d+$/.test(word) && !word.includes('/') && !isPictureName(word));
}

function parseLfw(fields: readonly string[], line: ListLine): ListedPair | undefined {
  const [name = '', i, third = '', j] = fields;
  if (name === '' || !isWhole(i)) return undefined;
  if (fields.length === 3 && isWhole(third)) {
    return { first: lfwPhoto(name, i), second: lfwPhoto(name, third), same: true, line };
  }
  if (fields.length === 4 && third !== '' && isWhole(j)) {
    return { first: lfwPhoto(name, i), second: lfwPhoto(third, j), same: false, line };
  }
  return undefined;
}

/** `Ann Lee 1 2`, `Ann Lee 1 Bob Ray 2`: names are what stands before numbers. Undefined where numbers in names leave it open. */
function parseLfwWithBlanks(line: ListLine): ListedPair | undefined {
  const words = line.text.split(/\s+/);
  const numbers = words.flatMap((word, i) => (isWhole(word) ? [i] : []));
  const [i = 0, j] = numbers;
  if (numbers.length !== 2 || i === 0 || j !== words.length - 1) return undefined;
  const other = words.slice(i + 1, j).join(' ');
  const fields = [words.slice(0, i).join(' '), words[i] ?? '', ...(other === '' ? [] : [other]), words[j] ?? ''];
  return parseLfw(fields, line);
}

function lfwPhoto(name: string, number: string | undefined): string {
  return `${name}/${name}_${String(Number(number)).padStart(4, '0')}`;
}

const ANSWERS: Record<string, boolean> = { '1': true, '0': false, '-1': false, true: true, false: false };

const answerOf = (field: string | undefined): boolean | undefined => ANSWERS[field?.toLowerCase() ?? ''];

function parsePaths(fields: readonly string[], line: ListLine): ListedPair | undefined {
  const [a, b, c] = fields;
  if (!a || !b || !c || fields.length > 3) return undefined;
  const last = answerOf(c);
  if (last !== undefined) return { first: a, second: b, same: last, line };
  const first = answerOf(a);
  return first === undefined ? undefined : { first: b, second: c, same: first, line };
}

/** `my photos/a.jpg my photos/b.jpg 1`: an extension and a blank end a path. */
function parsePathsWithBlanks(line: ListLine): ListedPair | undefined {
  const words = line.text.split(/\s+/);
  const ends = words.flatMap((word, i) => (isPictureName(word) ? [i] : []));
  const [one, two] = ends;
  if (ends.length !== 2 || one === undefined || two === undefined) return undefined;
  const first = answerOf(words[0]);
  const start = first !== undefined && one > 0 && words.length === two + 1 ? 1 : 0;
  const fields = [words.slice(start, one + 1).join(' '), words.slice(one + 1, two + 1).join(' ')];
  return parsePaths([...fields, ...words.slice(two + 1), ...words.slice(0, start)], line);
}

function parseMarked(fields: readonly string[], line: ListLine): ListedPair | undefined {
  const [photo, mark] = fields;
  if (!photo || fields.length !== 2 || !isWhole(mark)) return undefined;
  return { first: photo, second: photo, same: mark !== '0', mark: Number(mark), line };
}

/** `my photo.jpg 1`: the mark is the last word. */
function parseMarkedWithBlanks(line: ListLine): ListedPair | undefined {
  const [, photo = '', mark = ''] = /^(.*\S)\s+(\S+)$/.exec(line.text) ?? [];
  const pictures = photo.split(/\s+/).filter(isPictureName);
  return pictures.length === 1 && isPictureName(photo) ? parseMarked([photo, mark], line) : undefined;
}

function pairUpHalves(path: string, halves: ListedPair[]): ListedPair[] {
  const { remedy } = twoLines;
  if (halves.length % 2 === 1) {
    throw new DataError({ file: path, reason: `holds ${halves.length} photos, an odd number`, remedy });
  }
  return halves.flatMap((half, i) => {
    const other = halves[i + 1];
    if (i % 2 === 1 || other === undefined) return [];
    if (half.mark !== other.mark) {
      failAt(path, other.line, `is labelled ${other.mark}, but the photo before it ${half.mark}`, remedy);
    }
    return [{ ...half, second: other.first }];
  });
}

/** @throws DataError where a list in LFW's style does not hold what its first line states */
export function checkStated(path: string, { pairs, stated }: PairsList): void {
  if (!stated) return;
  const expected = stated.folds * stated.half;
  const same = pairs.filter((pair) => pair.same).length;
  if (same === expected && pairs.length === 2 * expected) return;
  const found = `${same} pairs of one person and ${pairs.length - same} of two`;
  const reason = `states ${expected} of each sort on its first line, but lists ${found}`;
  throw new DataError({ file: path, reason, remedy: 'The list is truncated, or its first line is wrong' });
}

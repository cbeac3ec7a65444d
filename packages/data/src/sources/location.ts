import { existsSync } from 'node:fs';
import { DataError } from '../data-error.js';
import type { LabelRange, Selection } from './selection.js';

/**
 * Takes a location apart: `PLACE` or `PLACE?key=value&…`, with these keys, in any order:
 *
 * | key | keeps |
 * |---|---|
 * | `only=FILE,…` | the images that these lists name (see `image-list.ts`) |
 * | `without=FILE,…` | all but the images that these lists name |
 * | `identities=0-99,120` | the identities with these labels |
 * | `minImages=3` | the identities with at least so many images |
 * | `holdOut=0.1` | all but this fraction of the remaining identities |
 * | `heldOut=0.1` | that fraction: what `holdOut` left away, for the same `seed` |
 * | `maxImages=100` | at most so many images of each identity, drawn by `seed` |
 * | `fold=1/2` | the first of two equal parts of every identity's images |
 * | `seed=1` | (which fraction, and which images; 0 unless said) |
 * | `foldSeed=1` | (how the parts are dealt; as `seed` unless said) |
 *
 * They act in the order of the table. A file whose name holds a `?` is taken as it is.
 *
 * @throws DataError that names the key.
 */
export function parseLocation(location: string): { base: string; selection: Selection | undefined } {
  const mark = location.lastIndexOf('?');
  const isInside = mark < location.lastIndexOf('}'); // of a joined location: its parts have selections of their own
  if (mark < 0 || isInside || existsSync(location)) return { base: location, selection: undefined };
  const selection: Selection = {};
  for (const [key, value] of new URLSearchParams(location.slice(mark + 1))) {
    const parse = PARSERS[key];
    if (parse === undefined) {
      const remedy = `After "?" a location takes ${Object.keys(PARSERS).join(', ')}`;
      throw new DataError({ file: location, reason: `has an unknown selection, "${key}"`, remedy });
    }
    if (!parse(selection, value)) {
      throw new DataError({
        file: location,
        reason: `has the selection ${key}=${value}, which is no ${EXPECTED[key]}`,
      });
    }
  }
  return { base: location.slice(0, mark), selection };
}

type Parser = (selection: Selection, value: string) => boolean;

const WHOLE = 'whole number from 1';
const FRACTION = 'fraction between 0 and 1';
const EXPECTED: Record<string, string> = {
  only: 'path of a list of images',
  without: 'path of a list of images',
  identities: 'list of labels such as 0-99,120',
  minImages: WHOLE,
  maxImages: WHOLE,
  fold: 'part such as 1/2',
  holdOut: FRACTION,
  heldOut: FRACTION,
  seed: 'whole number',
  foldSeed: 'whole number',
};

const PARSERS: Record<string, Parser> = {
  only: file('only'),
  without: file('without'),
  identities: (selection, value) => {
    const ranges = value.split(',').map(parseRange);
    selection.identities = ranges.filter((range) => range !== undefined);
    return selection.identities.length === ranges.length;
  },
  minImages: number('minImages', isPositive),
  holdOut: number('holdOut', isFraction),
  heldOut: number('heldOut', isFraction),
  maxImages: number('maxImages', isPositive),
  fold: (selection, text) => {
    const [, part, parts] = /^(\d{1,6})\/(\d{1,6})$/.exec(text.trim())?.map(Number) ?? [];
    if (part === undefined || parts === undefined || part < 1 || part > parts) return false;
    selection.fold = { part, parts };
    return true;
  },
  seed: number('seed', Number.isSafeInteger),
  foldSeed: number('foldSeed', Number.isSafeInteger),
};

function file(key: 'only' | 'without'): Parser {
  return (selection, path) => {
    selection[key] = path;
    return path !== '';
  };
}

type NumberKey = 'minImages' | 'maxImages' | 'holdOut' | 'heldOut' | 'seed' | 'foldSeed';

function number(key: NumberKey, isRight: (value: number) => boolean): Parser {
  return (selection, text) => {
    selection[key] = text.trim() === '' ? Number.NaN : Number(text);
    return isRight(selection[key]);
  };
}

function isPositive(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 1;
}

function isFraction(value: number): boolean {
  return value > 0 && value < 1;
}

function parseRange(text: string): LabelRange | undefined {
  const [, first, last] = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(text.trim()) ?? [];
  if (first === undefined) return undefined;
  const range: LabelRange = [Number(first), Number(last ?? first)];
  return range[0] <= range[1] ? range : undefined;
}

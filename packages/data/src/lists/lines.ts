import { basename } from 'node:path';
import { DataError } from '../data-error.js';
import { readWhole } from '../formats/random-access-file.js';

/** A line of a text list that is not empty. */
export interface ListLine {
  /** Without blanks at its ends. */
  readonly text: string;
  /** From 1. */
  readonly number: number;
}

const LARGEST_LIST = 256 * 2 ** 20;

/** The lines of a text list that are not empty; LF or CRLF. @throws DataError when there are none */
export function readLines(path: string): ListLine[] {
  const lines = Buffer.from(readWhole(path, LARGEST_LIST))
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .split(/\r?\n/);
  const filled = lines.map((line, i) => ({ text: line.trim(), number: i + 1 })).filter(({ text }) => text !== '');
  if (filled.length > 0) return filled;
  throw new DataError({ file: path, reason: 'is empty', remedy: 'Get the list again' });
}

export const placeOf = (path: string, { number }: ListLine): string => `${basename(path)}, line ${number}`;

/** Ends the reading of a list at a line. */
export function failAt(file: string, { number, text }: ListLine, reason: string, remedy: string): never {
  throw new DataError({
    file,
    record: `line ${number}`,
    reason: `${JSON.stringify(text.slice(0, 80))} ${reason}`,
    remedy,
  });
}

/** A whole number of up to nine digits. */
export const isWhole = (field: string | undefined): field is string => field !== undefined && /^\d{1,9}$/.test(field);

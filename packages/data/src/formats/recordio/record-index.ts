import { existsSync } from 'node:fs';
import { DataError } from '../../data-error.js';
import { type RandomAccessFile, readWhole } from '../random-access-file.js';
import { readFrame } from './framing.js';

/** Where each record of a RecordIO file starts, ordered by key: what a `.idx` file says. */
export class RecordIndex {
  /** Whole numbers, ascending. */
  readonly keys: Float64Array;
  /** Byte offsets, one per key. */
  readonly offsets: Float64Array;

  constructor(keys: Float64Array, offsets: Float64Array) {
    this.keys = keys;
    this.offsets = offsets;
  }

  get length(): number {
    return this.keys.length;
  }

  /** The position of the first key that is `key` or larger. */
  position(key: number): number {
    if (this.keys[key] === key) return key; // keys 0, 1, 2…, as nearly every file has them
    let low = 0;
    let high = this.keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.keys[middle] ?? 0) < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The offset of record `key`, if there is one. */
  offset(key: number): number | undefined {
    const position = this.position(key);
    return this.keys[position] === key ? this.offsets[position] : undefined;
  }
}

/** `train.rec` → `train.idx`. */
export function indexPath(recPath: string): string {
  return recPath.endsWith('.rec') ? `${recPath.slice(0, -4)}.idx` : `${recPath}.idx`;
}

/** The index of a RecordIO file: of its `.idx` where there is one, else by walking through the records. */
export function loadIndex(file: RandomAccessFile): RecordIndex {
  const path = indexPath(file.path);
  return existsSync(path) ? readIndex(path, file.size) : scanIndex(file);
}

const NEWLINE = 10;
const TAB = 9;
const ZERO = 48;

/**
 * Reads a `.idx` file: lines of `key TAB offset`.
 *
 * @param recBytes the size of the `.rec` beside it; offsets beyond it are an error
 * @throws DataError that names the line.
 */
export function readIndex(path: string, recBytes = Number.POSITIVE_INFINITY): RecordIndex {
  const text = readWhole(path);
  const lines = countLines(text);
  const keys = new Float64Array(lines);
  const offsets = new Float64Array(lines);
  let at = 0;
  for (let line = 0; line < lines; line++) {
    const end = text.indexOf(NEWLINE, at);
    const stop = end < 0 ? text.length : end;
    const tab = text.subarray(at, stop).indexOf(TAB);
    const key = tab < 0 ? Number.NaN : wholeNumber(text, at, at + tab);
    const offset = tab < 0 ? Number.NaN : wholeNumber(text, at + tab + 1, stop);
    if (Number.isNaN(key) || Number.isNaN(offset)) throw badLine(path, line, 'is not "key TAB offset"');
    if (offset >= recBytes) {
      throw badLine(path, line, `points to byte ${offset}, past the end of the .rec (${recBytes} bytes)`);
    }
    keys[line] = key;
    offsets[line] = offset;
    at = stop + 1;
  }
  return ordered(path, keys, offsets);
}

function countLines(text: Uint8Array): number {
  let lines = 0;
  for (const byte of text) if (byte === NEWLINE) lines++;
  return text.length > 0 && text.at(-1) !== NEWLINE ? lines + 1 : lines;
}

/** The decimal digits of `[start, end)` (a carriage return may end them); NaN for anything else or above 2⁵³. */
function wholeNumber(text: Uint8Array, start: number, end: number): number {
  const stop = text[end - 1] === 13 ? end - 1 : end;
  if (stop <= start || stop - start > 16) return Number.NaN;
  let value = 0;
  for (let i = start; i < stop; i++) {
    const digit = (text[i] ?? 0) - ZERO;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value <= Number.MAX_SAFE_INTEGER ? value : Number.NaN;
}

function badLine(path: string, line: number, reason: string): DataError {
  const remedy = 'Remove the .idx: it is rebuilt from the .rec when it is missing';
  return new DataError({ file: path, record: `line ${line + 1}`, reason, remedy });
}

/** Sorts by key where needed; a key or an offset that occurs twice is an error. */
function ordered(path: string, keys: Float64Array, offsets: Float64Array): RecordIndex {
  const ascending = keys.every((key, i) => i === 0 || key > (keys[i - 1] ?? 0));
  const order = ascending ? undefined : keys.map((_, i) => i).sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0));
  const index = order
    ? new RecordIndex(
        order.map((i) => keys[i] ?? 0),
        order.map((i) => offsets[i] ?? 0),
      )
    : new RecordIndex(keys, offsets);
  const twice = firstRepeat(index.keys);
  if (twice !== undefined) throw badLine(path, keys.lastIndexOf(twice), `repeats key ${twice}`);
  const shared = firstRepeat(offsets.slice().sort());
  if (shared !== undefined) throw badLine(path, offsets.lastIndexOf(shared), `repeats offset ${shared}`);
  return index;
}

function firstRepeat(sorted: Float64Array): number | undefined {
  for (let i = 1; i < sorted.length; i++) if (sorted[i] === sorted[i - 1]) return sorted[i];
  return undefined;
}

/** Walks through the records, which get the keys 0, 1, 2…: what MXNet's `rec2idx` does. */
export function scanIndex(file: RandomAccessFile): RecordIndex {
  const offsets: number[] = [];
  for (let offset = 0; offset < file.size; ) {
    const next = readFrame(file, offset, offsets.length).next;
    offsets.push(offset);
    offset = next;
  }
  return new RecordIndex(Float64Array.from(offsets.keys()), Float64Array.from(offsets));
}

/** The text of a `.idx` file. */
export function encodeIndex(index: RecordIndex): Uint8Array {
  const lines = Array.from(index.keys, (key, i) => `${key}\t${index.offsets[i]}\n`);
  return Buffer.from(lines.join(''));
}

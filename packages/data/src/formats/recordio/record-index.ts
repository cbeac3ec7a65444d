import { existsSync } from 'node:fs';
import { DataError } from '../../data-error.js';
import { RandomAccessFile } from '../random-access-file.js';
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
const RETURN = 13;
const TAB = 9;
const ZERO = 48;
/** Bytes that are read at a time: the index of a hundred million records has gigabytes. */
const CHUNK = 1 << 22;
/** Of a line, at least about. */
const USUAL_LINE = 12;

/**
 * Reads a `.idx` file: lines of `key TAB offset`.
 *
 * @param recBytes the size of the `.rec` beside it; offsets beyond it are an error
 * @throws DataError that names the line.
 */
export function readIndex(path: string, recBytes = Number.POSITIVE_INFINITY): RecordIndex {
  const file = new RandomAccessFile(path);
  try {
    return ordered(path, ...readLines(file, recBytes));
  } finally {
    file.close();
  }
}

/** The keys and offsets, byte by byte: a number is a field's digits, and a line is two of them. */
function readLines(file: RandomAccessFile, recBytes: number): [keys: Float64Array, offsets: Float64Array] {
  let keys = new Float64Array(Math.ceil(file.size / USUAL_LINE) + 1);
  let offsets = new Float64Array(keys.length);
  let line = 0;
  let [key, value, digits] = [NONE, 0, 0];
  const finish = (): void => {
    const { path } = file;
    if (key === NONE || digits === 0) throw badLine(path, line, 'is not "key TAB offset"');
    if (value >= recBytes) {
      throw badLine(path, line, `points to byte ${value}, past the end of the .rec (${recBytes} bytes)`);
    }
    if (line === keys.length) [keys, offsets] = [doubled(keys), doubled(offsets)];
    keys[line] = key;
    offsets[line++] = value;
    [key, value, digits] = [NONE, 0, 0];
  };
  const chunk = new Uint8Array(Math.min(CHUNK, file.size));
  let last = NEWLINE;
  for (let start = 0; start < file.size; start += CHUNK) {
    const bytes = chunk.subarray(0, Math.min(CHUNK, file.size - start));
    file.readInto(bytes, start);
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i] as number; // inside by the loop
      const digit = byte - ZERO;
      if (byte === NEWLINE) finish();
      else if (last === RETURN) throw badLine(file.path, line, 'is not "key TAB offset"');
      else if (digit >= 0 && digit <= 9 && value < LARGEST) {
        value = value * 10 + digit;
        digits++;
      } else if (byte === TAB && key === NONE && digits > 0) [key, value, digits] = [value, 0, 0];
      else if (byte !== RETURN) throw badLine(file.path, line, 'is not "key TAB offset"');
      last = byte;
    }
  }
  if (last !== NEWLINE) finish();
  return [keys.slice(0, line), offsets.slice(0, line)];
}

/** No key is negative. */
const NONE = -1;
/** Ten times as much is the last that is exact. */
const LARGEST = 2 ** 49;

function doubled(values: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(2 * values.length);
  larger.set(values);
  return larger;
}

function badLine(path: string, line: number, reason: string): DataError {
  const remedy = 'Remove the .idx: it is rebuilt from the .rec when it is missing';
  return new DataError({ file: path, record: `line ${line + 1}`, reason, remedy });
}

/** Sorts by key where needed; a key or an offset that occurs twice is an error. */
function ordered(path: string, keys: Float64Array, offsets: Float64Array): RecordIndex {
  const order = isAscending(keys) ? undefined : keys.map((_, i) => i).sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0));
  const index = order
    ? new RecordIndex(
        order.map((i) => keys[i] ?? 0),
        order.map((i) => offsets[i] ?? 0),
      )
    : new RecordIndex(keys, offsets);
  const twice = firstRepeat(index.keys);
  if (twice !== undefined) throw badLine(path, keys.lastIndexOf(twice), `repeats key ${twice}`);
  const shared = firstRepeat(isAscending(offsets) ? offsets : offsets.slice().sort());
  if (shared !== undefined) throw badLine(path, offsets.lastIndexOf(shared), `repeats offset ${shared}`);
  return index;
}

function isAscending(values: Float64Array): boolean {
  for (let i = 1; i < values.length; i++) if ((values[i] as number) <= (values[i - 1] as number)) return false; // inside
  return true;
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

/** Lines that are made into one string: a string ends at 512 MiB. */
const LINES = 1 << 16;

/** The text of a `.idx` file, in pieces. */
export function* encodeIndex({ keys, offsets }: RecordIndex): Generator<Uint8Array, undefined> {
  for (let start = 0; start < keys.length; start += LINES) {
    const some = Array.from(keys.subarray(start, start + LINES), (key, i) => `${key}\t${offsets[start + i]}\n`);
    yield Buffer.from(some.join(''));
  }
  return undefined;
}

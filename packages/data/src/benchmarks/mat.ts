import { constants, inflateSync } from 'node:zlib';
import { DataError } from '../data-error.js';
import { readWhole } from '../formats/random-access-file.js';

/** A value of a MATLAB file. Elements of arrays stand column by column, as MATLAB keeps them. */
export type MatValue =
  | { readonly kind: 'numbers'; readonly dims: readonly number[]; readonly data: Float64Array }
  | { readonly kind: 'text'; readonly dims: readonly number[]; readonly text: string }
  | { readonly kind: 'cell'; readonly dims: readonly number[]; readonly items: readonly MatValue[] }
  | { readonly kind: 'struct'; readonly dims: readonly number[]; readonly elements: readonly (readonly MatValue[])[] }
  | { readonly kind: 'other' };

const REMEDY = 'Get the file again, or save it in MATLAB with save(…, "-v7")';
const HEADER = 128;
const LARGEST_INFLATED = 512 * 2 ** 20;
const DEEPEST = 32;

/**
 * The variables of a MAT file of level 5 (MATLAB 5 to 7), compressed or not, of either byte order ("MAT-File Format", The
 * MathWorks). Objects and sparse arrays are `other`.
 *
 * @throws DataError that says why the file cannot be read
 */
export function readMat(path: string): Map<string, MatValue> {
  const bytes = readWhole(path);
  const told = Buffer.from(bytes.subarray(0, 20)).toString('latin1');
  const fail = (reason: string, cause?: unknown): never => {
    throw new DataError({ file: path, reason, remedy: REMEDY }, { cause });
  };
  if (told.startsWith('MATLAB 7.3')) fail('is a MAT file of version 7.3 (HDF5), which is not read here');
  const order = Buffer.from(bytes.subarray(126, 128)).toString('latin1');
  if (bytes.length < HEADER || (order !== 'IM' && order !== 'MI')) fail('is no MAT file of level 5');
  try {
    return readVariables(new Reader(bytes.subarray(HEADER), order === 'IM'));
  } catch (error) {
    if (!(error instanceof RangeError) && (error as NodeJS.ErrnoException).code === undefined) throw error;
    return fail(`is damaged (${(error as Error).message})`, error);
  }
}

/** Numbers of data types (table 1-1 of the format). */
const MATRIX = 14;
const COMPRESSED = 15;
const NUMBERS: Readonly<
  Record<number, { bytes: number; get: (view: DataView, at: number, little: boolean) => number }>
> = {
  1: { bytes: 1, get: (view, at) => view.getInt8(at) },
  2: { bytes: 1, get: (view, at) => view.getUint8(at) },
  3: { bytes: 2, get: (view, at, little) => view.getInt16(at, little) },
  4: { bytes: 2, get: (view, at, little) => view.getUint16(at, little) },
  5: { bytes: 4, get: (view, at, little) => view.getInt32(at, little) },
  6: { bytes: 4, get: (view, at, little) => view.getUint32(at, little) },
  7: { bytes: 4, get: (view, at, little) => view.getFloat32(at, little) },
  9: { bytes: 8, get: (view, at, little) => view.getFloat64(at, little) },
  12: { bytes: 8, get: (view, at, little) => Number(view.getBigInt64(at, little)) },
  13: { bytes: 8, get: (view, at, little) => Number(view.getBigUint64(at, little)) },
  16: { bytes: 1, get: (view, at) => view.getUint8(at) },
  17: { bytes: 2, get: (view, at, little) => view.getUint16(at, little) },
  18: { bytes: 4, get: (view, at, little) => view.getUint32(at, little) },
};
/** Numbers of array classes (table 1-3). */
const CELL = 1;
const STRUCT = 2;
const CHAR = 4;
const FIRST_NUMERIC = 6;
const LAST_NUMERIC = 15;

interface Element {
  type: number;
  data: Reader;
}

/** A stretch of the file that is read from its beginning to its end. */
class Reader {
  #at = 0;
  readonly #view: DataView;

  constructor(
    readonly bytes: Uint8Array,
    readonly little: boolean,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  get done(): boolean {
    return this.#at + 8 > this.bytes.length;
  }

  get left(): number {
    return this.bytes.length - this.#at;
  }

  /** The next element; a small one keeps its length beside its type, and its data in the tag. */
  next(): Element {
    const tag = this.#uint32(this.#at);
    const small = tag >>> 16;
    const type = small > 0 ? tag & 0xffff : tag;
    const length = small > 0 ? small : this.#uint32(this.#at + 4);
    const start = this.#at + (small > 0 ? 4 : 8);
    if (start + length > this.bytes.length || small > 4) throw new RangeError('an element reaches past the end');
    const padded = small > 0 ? 8 : type === COMPRESSED ? 8 + length : 8 + 8 * Math.ceil(length / 8);
    this.#at = Math.min(this.bytes.length, this.#at + padded);
    const data = this.bytes.subarray(start, start + length);
    return { type, data: new Reader(data, this.little) };
  }

  numbers(type: number): Float64Array {
    const format = NUMBERS[type];
    if (!format) throw new RangeError(`numbers are of the unknown type ${type}`);
    const read = (_: unknown, i: number): number => format.get(this.#view, i * format.bytes, this.little);
    return Float64Array.from({ length: Math.floor(this.bytes.length / format.bytes) }, read);
  }

  #uint32(at: number): number {
    if (at + 4 > this.bytes.length) throw new RangeError('the file ends inside an element');
    return this.#view.getUint32(at, this.little);
  }
}

function readVariables(file: Reader): Map<string, MatValue> {
  const variables = new Map<string, MatValue>();
  while (!file.done) {
    const element = file.next();
    const matrix = element.type === COMPRESSED ? inflated(element.data) : element;
    if (matrix.type !== MATRIX) continue;
    const { name, value } = readMatrix(matrix.data, 0);
    variables.set(name, value);
  }
  return variables;
}

function inflated(data: Reader): Element {
  const options = { maxOutputLength: LARGEST_INFLATED, finishFlush: constants.Z_SYNC_FLUSH };
  return new Reader(inflateSync(data.bytes, options), data.little).next();
}

function readMatrix(data: Reader, depth: number): { name: string; value: MatValue } {
  if (data.left === 0) return { name: '', value: { kind: 'numbers', dims: [0, 0], data: new Float64Array() } };
  if (depth > DEEPEST) throw new RangeError('arrays lie deeper in each other than any list needs');
  const part = (): Float64Array => {
    const { type, data: numbers } = data.next();
    return numbers.numbers(type);
  };
  const kind = (part()[0] ?? 0) & 0xff;
  const dims = Array.from(part());
  const name = textOf(part());
  return { name, value: readContent(data, kind, dims, part, depth) };
}

function readContent(
  data: Reader,
  kind: number,
  dims: readonly number[],
  part: () => Float64Array,
  depth: number,
): MatValue {
  const count = dims.reduce((product, side) => product * side, 1);
  const values = (n: number): MatValue[] => {
    // An array takes 8 bytes at least: no claim is believed that the file cannot hold.
    if (!(n >= 0 && n <= data.left / 8)) throw new RangeError(`an array claims ${n} elements that are not there`);
    return Array.from({ length: n }, () => readMatrix(data.next().data, depth + 1).value);
  };
  if (kind === CELL) return { kind: 'cell', dims, items: values(count) };
  if (kind === STRUCT) {
    const [width = 0] = part();
    const names = part();
    const fields = width > 0 ? names.length / width : 0;
    const all = values(count * fields);
    const elements = Array.from({ length: fields > 0 ? count : 0 }, (_, i) => all.slice(i * fields, (i + 1) * fields));
    return { kind: 'struct', dims, elements };
  }
  if (kind === CHAR) return { kind: 'text', dims, text: textOf(part()) };
  if (kind >= FIRST_NUMERIC && kind <= LAST_NUMERIC) return { kind: 'numbers', dims, data: part() };
  return { kind: 'other' };
}

const textOf = (codes: Float64Array): string => Array.from(codes, (code) => String.fromCharCode(code)).join('');

import { latin1Text } from '../bytes.js';
import { FileError } from '../file-error.js';
import { aligned, dtypeBytes, elementCount, type StoredDtype, type StoredTensor } from './stored.js';

const DTYPES: Readonly<Record<string, StoredDtype>> = {
  f8: 'float64',
  f4: 'float32',
  f2: 'float16',
  i8: 'int64',
  i4: 'int32',
  i2: 'int16',
  i1: 'int8',
  u1: 'uint8',
  b1: 'bool',
};

const MAGIC = '\x93NUMPY';

/** Whether a file begins as NumPy's arrays do. */
export const isNpy = (head: Uint8Array): boolean => latin1Text(head.subarray(0, MAGIC.length)) === MAGIC;

/**
 * Decodes an array of NumPy's `.npy`, versions 1 to 3, of either byte order, in C order. Its bytes are a view of `bytes` where these are
 * little-endian and aligned to 8.
 *
 * Format: magic `\x93NUMPY`, major and minor version, the header's length (u16 in version 1, else u32), a Python literal
 * `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 128), }`, then the numbers.
 * https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 *
 * @param name what to call the file in errors
 * @throws FileError that says what the file holds instead
 */
export function decodeNpy(bytes: Uint8Array, name: string): StoredTensor {
  const fail = (problem: string) => new FileError(name, problem);
  if (bytes.length < 12 || !isNpy(bytes)) throw fail('is no .npy file');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const major = view.getUint8(6);
  if (major < 1 || major > 3) throw fail(`is of version ${major}.${bytes[7]} of .npy; known are 1 to 3`);
  const start = major === 1 ? 10 : 12;
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (start + length > bytes.length) throw fail('is truncated: its header reaches past the end');
  const header = latin1Text(bytes.subarray(start, start + length));

  const [, order = '', code = ''] = /'descr'\s*:\s*'([<>|=])(\w+)'/.exec(header) ?? [];
  const dtype = Object.hasOwn(DTYPES, code) ? DTYPES[code] : undefined;
  if (!dtype) {
    const type = code === '' ? 'a record or unknown' : `"${order}${code}"`;
    throw fail(`holds numbers of type ${type}; known are ${Object.values(DTYPES).join(', ')}`);
  }
  if (!/'fortran_order'\s*:\s*False/.test(header))
    throw fail('is in Fortran order, column by column; save numpy.ascontiguousarray of it');
  const sides = /'shape'\s*:\s*\(([\d,\s]*)\)/.exec(header)?.[1]?.split(',');
  if (!sides) throw fail('says no shape');
  const shape = sides.filter((side) => side.trim() !== '').map(Number);
  const data = bytes.subarray(start + length);
  const expected = countOf(shape, fail) * dtypeBytes[dtype];
  if (data.length !== expected)
    throw fail(`says (${shape.join(', ')}) of ${dtype}, which take ${expected} bytes; it holds ${data.length}`);
  return { dtype, shape, data: order === '>' ? swapped(data, dtypeBytes[dtype]) : aligned(data) };
}

function countOf(shape: readonly number[], fail: (problem: string) => FileError): number {
  try {
    return elementCount(shape);
  } catch (cause) {
    throw fail((cause as Error).message);
  }
}

/**
 * How a `.npy` file of version 1 begins; the numbers follow, little-endian, in C order. Its length is a multiple of 64, so that they are aligned.
 *
 * @throws RangeError for a dtype that NumPy has no name for
 */
export function npyHeader(dtype: StoredDtype, shape: readonly number[]): Uint8Array {
  const code = Object.keys(DTYPES).find((each) => DTYPES[each] === dtype);
  if (code === undefined) throw new RangeError(`NumPy has no name for ${dtype}.`);
  const order = dtypeBytes[dtype] === 1 ? '|' : '<';
  const sides = shape.map((side) => `${side},`).join(' ');
  const dictionary = `{'descr': '${order}${code}', 'fortran_order': False, 'shape': (${sides}), }`;
  const length = Math.ceil((10 + dictionary.length + 1) / 64) * 64 - 10;
  const header = new TextEncoder().encode(`..........${dictionary.padEnd(length - 1)}\n`);
  header.set([0x93, ...new TextEncoder().encode('NUMPY'), 1, 0, length & 0xff, length >> 8]);
  return header;
}

/** Every number's bytes in the opposite order. */
function swapped(bytes: Uint8Array, size: number): Uint8Array {
  const turned = new Uint8Array(bytes);
  for (let at = 0; at < turned.length; at += size) turned.subarray(at, at + size).reverse();
  return turned;
}

import type { Matrix } from '@pocketnet/evaluate';
import { type FloatType, floatBytes, floatMatrix } from './numbers.js';
import { readBytes } from './read-bytes.js';

const TYPES: Readonly<Record<string, FloatType>> = { f2: 'float16', f4: 'float32', f8: 'float64' };

/**
 * Reads a matrix from NumPy's `.npy`, versions 1 to 3: two axes, C order, float16, float32 or float64, of either byte order.
 *
 * Format: magic `\x93NUMPY`, major and minor version, the header's length (u16 in version 1, else u32), a Python literal
 * `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 128), }`, then the numbers.
 * https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 *
 * @throws Error that names the file and what it holds instead
 */
export function readNpy(path: string): Matrix {
  const bytes = readBytes(path);
  const fail = (reason: string): never => {
    throw new Error(`${path}: ${reason}. Save a matrix of one embedding a row, as numpy.save does.`);
  };
  if (bytes.length < 12 || String.fromCharCode(...bytes.subarray(0, 6)) !== '\x93NUMPY')
    return fail('this is no .npy file');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const major = bytes[6] ?? 0;
  if (major < 1 || major > 3) return fail(`its version ${major}.${bytes[7]} is not known (1 to 3 are)`);
  const start = major === 1 ? 10 : 12;
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (start + length > bytes.length) return fail('the header reaches past the end of the file');
  const header = Buffer.from(bytes.subarray(start, start + length)).toString(major === 3 ? 'utf8' : 'latin1');

  const [, order = '', code = ''] = /'descr'\s*:\s*'([<>|=])(\w+)'/.exec(header) ?? [];
  const type = TYPES[code];
  if (!type)
    return fail(
      `its numbers are of the type ${code === '' ? 'record or unknown' : `"${order}${code}"`}, not float16, float32 or float64`,
    );
  if (!/'fortran_order'\s*:\s*False/.test(header))
    return fail('it is in Fortran order, column by column; save numpy.ascontiguousarray of it');
  const shape = /'shape'\s*:\s*\(([\d,\s]*)\)/
    .exec(header)?.[1]
    ?.split(',')
    .map((side) => side.trim())
    .filter((side) => side !== '');
  if (shape?.length !== 2) return fail(`it is no matrix: its shape is (${shape?.join(', ') ?? '?'})`);
  const [rows = 0, cols = 0] = shape.map(Number);
  if (!(rows >= 1 && cols >= 1)) return fail(`it is empty: ${rows} x ${cols}`);
  const data = bytes.subarray(start + length);
  const expected = rows * cols * floatBytes[type];
  if (data.length !== expected)
    return fail(`${rows} x ${cols} of ${type} take ${expected} bytes; it holds ${data.length}`);
  return floatMatrix(data, type, rows, cols, order === '>');
}

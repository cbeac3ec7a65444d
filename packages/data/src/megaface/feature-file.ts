import { writeAtomically } from '@pocketnet/files/node';
import { DataError } from '../data-error.js';
import { readWhole } from '../formats/random-access-file.js';

const HEADER = 16;
/** OpenCV's numbers of element types, without the bits above: single-channel float32 and float64. */
const FLOAT32 = 5;
const FLOAT64 = 6;
const TYPE_BITS = 0xfff;
/** A vector has some hundred values; more than this is something else. */
const LARGEST = 1 << 20;

/**
 * Reads a feature file of the MegaFace devkit: little-endian int32 rows, columns, bytes from row to row and OpenCV type (5 =
 * float32, 6 = float64), then the values. One of rows and columns must be 1.
 *
 * @throws DataError that names the file and what is wrong with it; values that are not finite are given back
 */
export function readFeatureFile(path: string): Float32Array | Float64Array {
  const bytes = readWhole(path, LARGEST);
  const fail = (reason: string): never => {
    throw new DataError({ file: path, reason, remedy: 'Extract the features again' });
  };
  if (bytes.length < HEADER) return fail(`has ${bytes.length} bytes, less than a header of ${HEADER}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const [rows, cols, stride, type] = [0, 4, 8, 12].map((at) => view.getInt32(at, true)) as [
    number,
    number,
    number,
    number,
  ];
  const kind = type & TYPE_BITS;
  if (kind !== FLOAT32 && kind !== FLOAT64)
    return fail(`holds OpenCV type ${type}, neither 5 (float32) nor 6 (float64)`);
  const width = kind === FLOAT32 ? 4 : 8;
  if (rows < 1 || cols < 1 || (rows !== 1 && cols !== 1)) return fail(`holds ${rows} x ${cols} values, no vector`);
  if (stride < cols * width) return fail(`has rows of ${stride} bytes for ${cols} values of ${width}`);
  if (bytes.length !== HEADER + rows * stride)
    return fail(
      `has ${bytes.length} bytes where ${rows} rows of ${stride} and a header take ${HEADER + rows * stride}`,
    );
  const length = rows * cols;
  const at = (i: number) => HEADER + (rows === 1 ? i * width : i * stride);
  return kind === FLOAT32
    ? Float32Array.from({ length }, (_, i) => view.getFloat32(at(i), true))
    : Float64Array.from({ length }, (_, i) => view.getFloat64(at(i), true));
}

/** Writes a vector as the devkit's feature file, a column of float32: header (n, 1, 4, 5). */
export function writeFeatureFile(path: string, vector: ArrayLike<number>): void {
  if (vector.length < 1) throw new RangeError(`${path}: a feature file needs one value or more.`);
  const view = new DataView(new ArrayBuffer(HEADER + 4 * vector.length));
  [vector.length, 1, 4, FLOAT32].forEach((value, i) => {
    view.setInt32(4 * i, value, true);
  });
  for (let i = 0; i < vector.length; i++) view.setFloat32(HEADER + 4 * i, vector[i] ?? 0, true);
  writeAtomically([path], (file) => file?.write(new Uint8Array(view.buffer)));
}

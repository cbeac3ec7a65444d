import type { Matrix } from '@pocketnet/evaluate';

/** Float types that embeddings are stored in. */
export type FloatType = 'float16' | 'float32' | 'float64';

export const floatBytes: Readonly<Record<FloatType, number>> = { float16: 2, float32: 4, float64: 8 };

/** Little- or big-endian floats of a file as a matrix; float16 becomes float32. `bytes` holds exactly rows x cols of them. */
export function floatMatrix(bytes: Uint8Array, type: FloatType, rows: number, cols: number, bigEndian = false): Matrix {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const data = type === 'float64' ? new Float64Array(rows * cols) : new Float32Array(rows * cols);
  for (let i = 0; i < data.length; i++) {
    if (type === 'float64') data[i] = view.getFloat64(8 * i, !bigEndian);
    else if (type === 'float32') data[i] = view.getFloat32(4 * i, !bigEndian);
    else data[i] = halfToNumber(view.getUint16(2 * i, !bigEndian));
  }
  return { rows, cols, data };
}

/** IEEE 754 binary16: sign, 5 bits of exponent (bias 15), 10 of fraction. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

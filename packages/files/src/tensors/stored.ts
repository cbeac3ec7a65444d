import { FileError } from '../file-error.js';

/** Element types that a file of tensors can hold, by the names that PyTorch gives them. */
export type StoredDtype =
  | 'float64'
  | 'float32'
  | 'float16'
  | 'bfloat16'
  | 'int64'
  | 'int32'
  | 'int16'
  | 'int8'
  | 'uint8'
  | 'bool';

/** One tensor at rest: raw little-endian bytes in row-major order, the start aligned to 8 bytes in its buffer. */
export interface StoredTensor {
  dtype: StoredDtype;
  shape: number[];
  data: Uint8Array;
}

/** The tensors of one file in the file's order, and the free-text metadata beside them. */
export interface StoredTensors {
  tensors: Map<string, StoredTensor>;
  metadata: Record<string, string>;
}

/** Bytes of one element. */
export const dtypeBytes: Readonly<Record<StoredDtype, number>> = {
  float64: 8,
  float32: 4,
  float16: 2,
  bfloat16: 2,
  int64: 8,
  int32: 4,
  int16: 2,
  int8: 1,
  uint8: 1,
  bool: 1,
};

/**
 * Elements of a tensor of this shape; 1 for a scalar.
 * Throws a RangeError when a side is no whole number of at least 0, or the product leaves the exact integers.
 */
export function elementCount(shape: readonly number[]): number {
  let count = 1;
  for (const side of shape) {
    if (!Number.isSafeInteger(side) || side < 0) throw new RangeError(`${side} is not the size of a dimension`);
    count *= side;
    if (!Number.isSafeInteger(count)) throw new RangeError(`shape [${shape.join(', ')}] has too many elements`);
  }
  return count;
}

/** Row-major strides, in elements. */
export function rowMajorStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = step;
    step *= Math.max(shape[axis] ?? 1, 1);
  }
  return strides;
}

/** The same bytes, copied only where they do not start on a multiple of 8. */
export function aligned(bytes: Uint8Array): Uint8Array {
  return bytes.byteOffset % 8 === 0 ? bytes : new Uint8Array(bytes);
}

/** Refuses a tensor whose bytes and shape disagree, before it is written to `file`. */
export function checkStored(file: string, name: string, tensor: StoredTensor): void {
  const expected = elementCount(tensor.shape) * dtypeBytes[tensor.dtype];
  if (tensor.data.byteLength !== expected) {
    throw new FileError(
      file,
      `tensor "${name}" cannot be written: ${tensor.dtype} [${tensor.shape.join(', ')}] takes ${expected} bytes, ` +
        `its data has ${tensor.data.byteLength}`,
    );
  }
}

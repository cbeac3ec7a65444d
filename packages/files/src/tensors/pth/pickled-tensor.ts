import { FileError } from '../../file-error.js';
import { aligned, dtypeBytes, elementCount, rowMajorStrides, type StoredDtype, type StoredTensor } from '../stored.js';

/** A storage that a pickle refers to; its bytes stand elsewhere in the file. */
export interface StorageRef {
  key: string;
  dtype: StoredDtype;
  /** Length, in elements. */
  length: number;
  /** First element, for the storage views of the legacy format. */
  start: number;
}

/** A tensor as PyTorch pickles it: a strided window onto a storage. All sizes in elements. */
export class PickledTensor {
  constructor(
    readonly storage: StorageRef,
    readonly dtype: StoredDtype,
    readonly offset: number,
    readonly shape: number[],
    readonly strides: number[],
  ) {}
}

/**
 * Gives pickled tensors their bytes, row-major. Contiguous ones are views of the file; strided and unaligned ones are
 * copied, up to a total that bounds what a small hostile file can make us allocate.
 */
export class TensorBuilder {
  private allowance: number;

  /** @param bytesOf the bytes of a whole storage, by key */
  constructor(
    private readonly file: string,
    fileBytes: number,
    private readonly bytesOf: (storage: StorageRef) => Uint8Array,
  ) {
    this.allowance = 8 * fileBytes + (1 << 24);
  }

  build(name: string, tensor: PickledTensor): StoredTensor {
    const { storage, dtype, offset, shape, strides } = tensor;
    const size = dtypeBytes[dtype];
    const count = this.count(name, shape);
    if (strides.length !== shape.length) throw this.fail(name, 'its shape and strides differ in length');
    const all = this.bytesOf(storage);
    const first = storage.start * dtypeBytes[storage.dtype];
    const window = all.subarray(first, first + storage.length * dtypeBytes[storage.dtype]);
    const reach = shape.reduce((sum, side, axis) => sum + (side - 1) * (strides[axis] ?? 0), offset);
    if (count > 0 && (reach + 1) * size > window.length) {
      throw this.fail(name, `reaches element ${reach} of a storage of ${Math.floor(window.length / size)}`);
    }
    const contiguous = count === 0 || isContiguous(shape, strides);
    const begin = count === 0 ? 0 : offset * size;
    if (contiguous) {
      const view = window.subarray(begin, begin + count * size);
      if (view.byteOffset % 8 !== 0) this.spend(name, view.length);
      return { dtype, shape, data: aligned(view) };
    }
    this.spend(name, count * size);
    return { dtype, shape, data: gather(aligned(window.subarray(begin)), size, shape, strides, count) };
  }

  private count(name: string, shape: number[]): number {
    try {
      return elementCount(shape);
    } catch (cause) {
      throw this.fail(name, (cause as Error).message);
    }
  }

  private spend(name: string, bytes: number): void {
    this.allowance -= bytes;
    if (this.allowance < 0) {
      throw this.fail(name, 'expands to far more than the file holds; call .contiguous() or .clone() before saving');
    }
  }

  private fail(name: string, problem: string): FileError {
    return new FileError(this.file, `tensor "${name}" ${problem}`);
  }
}

/** The stride of a dimension of one element is never used, and PyTorch leaves it arbitrary. */
function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  const rowMajor = rowMajorStrides(shape);
  return shape.every((side, axis) => side === 1 || strides[axis] === rowMajor[axis]);
}

/** Copies a strided tensor into row-major order, walking the index as an odometer. */
function gather(
  source: Uint8Array,
  size: number,
  shape: readonly number[],
  strides: readonly number[],
  count: number,
): Uint8Array {
  const target = new Uint8Array(count * size);
  const index = new Array<number>(shape.length).fill(0);
  let from = 0;
  for (let element = 0; element < count; element++) {
    for (let byte = 0; byte < size; byte++) target[element * size + byte] = source[from * size + byte] ?? 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const side = shape[axis] ?? 1;
      const stride = strides[axis] ?? 0;
      const next = (index[axis] ?? 0) + 1;
      if (next < side) {
        index[axis] = next;
        from += stride;
        break;
      }
      index[axis] = 0;
      from -= (side - 1) * stride;
    }
  }
  return target;
}

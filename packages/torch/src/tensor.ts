import { markAsUntransferable } from 'node:worker_threads';
import { type ArrayOf, arrayOver, type Dtype, dtypeCode, dtypeName, dtypeOfArray } from './dtype.js';
import { type Handle, native } from './native.js';
import { adopt, dispose } from './scope.js';

/** Where a tensor's elements live: `cpu`, `cuda`, `cuda:1`. */
export type Device = string;

/**
 * A libtorch tensor. This class reads and describes; operators are functions (`ops.ts`), since most of them treat their arguments
 * alike. Its memory is freed by `scope` or by `dispose()`; using it after that throws.
 */
export class Tensor implements Handle {
  readonly isTensor = true;
  #shape: readonly number[] | undefined;

  /** Takes over a handle that the addon has just made. */
  constructor(readonly handle: number) {
    if (typeof handle !== 'number')
      throw new Error('Tensors are made by tensor(), fromArray() and the operators, not by their class.');
    adopt(this);
  }

  get shape(): readonly number[] {
    this.#shape ??= native.shape(this);
    return this.#shape;
  }

  get dtype(): Dtype {
    return dtypeName(native.dtype(this));
  }

  get device(): Device {
    return native.device(this);
  }

  /** Number of elements. */
  get size(): number {
    return this.shape.reduce((product, size) => product * size, 1);
  }

  get requiresGrad(): boolean {
    return native.requiresGrad(this);
  }

  set requiresGrad(value: boolean) {
    native.requiresGrad(this, value);
  }

  /** The gradient that `backward` has accumulated in this leaf, if any. */
  get grad(): Tensor | null {
    const handle = native.gradientOf(this);
    return handle === null ? null : new Tensor(handle);
  }

  set grad(gradient: Tensor | null) {
    native.setGradient(this, gradient);
  }

  /** The value of a tensor of one element. */
  item(): number {
    return native.item(this);
  }

  /** A copy of the elements in row-major order. */
  toArray(): ArrayOf[Dtype] {
    return arrayOver(this.dtype, native.toBuffer(this));
  }

  /** As `toArray`, for float32 tensors. */
  toFloat32(): Float32Array {
    return this.#typed('float32');
  }

  /** As `toArray`, for float64 tensors. */
  toFloat64(): Float64Array {
    return this.#typed('float64');
  }

  #typed<D extends Dtype>(dtype: D): ArrayOf[D] {
    if (this.dtype !== dtype)
      throw new Error(`This tensor holds ${this.dtype}, not ${dtype}; convert it with ops.to first.`);
    return arrayOver(dtype, native.toBuffer(this));
  }

  dispose(): void {
    dispose(this);
  }

  toString(): string {
    return `${this.dtype}[${this.shape.join(',')}]`;
  }
}

/**
 * A tensor over the memory of a typed array, without copying: writing into the array changes the tensor. The array may stand on a
 * SharedArrayBuffer; an ArrayBuffer can from then on be copied to other threads, but no longer moved. To own its elements, a tensor is cloned.
 * @param shape sizes; their product is the array's length
 * @throws when the shape does not fit the array
 */
export function fromArray(
  array: ArrayBufferView,
  shape: readonly number[],
  dtype: Dtype = dtypeOfArray(array),
): Tensor {
  const code = dtypeCode(dtype);
  const { buffer } = array;
  // Memory that may shrink or move to another thread cannot be borrowed.
  if (buffer instanceof ArrayBuffer) {
    if ((buffer as { resizable?: boolean }).resizable)
      throw new Error('A tensor cannot stand on a resizable ArrayBuffer; copy it.');
    keepInPlace(buffer);
  }
  return new Tensor(native.fromBuffer(array, shape, code));
}

/**
 * Memory that a tensor borrows may not move: `postMessage` and `structuredClone` heed the mark, `ArrayBuffer.prototype.transfer` (Node 22) does
 * not, so that the buffer gets methods of its own in front of it.
 */
function keepInPlace(buffer: ArrayBuffer): void {
  markAsUntransferable(buffer);
  for (const method of ['transfer', 'transferToFixedLength']) {
    if (!(method in buffer) || Object.hasOwn(buffer, method)) continue;
    const refuse = (): never => {
      throw new TypeError(
        `A tensor stands on this ArrayBuffer, which therefore cannot be moved by ${method}(): copy it.`,
      );
    };
    if (!Reflect.defineProperty(buffer, method, { value: refuse }))
      throw new Error('A tensor cannot stand on a frozen ArrayBuffer, which could be moved; copy it.');
  }
}

/** A float32 tensor with the given values, copied. */
export function tensor(
  values: readonly number[],
  shape: readonly number[] = [values.length],
  dtype: 'float32' | 'float64' | 'int64' = 'float32',
): Tensor {
  if (dtype === 'float32') return fromArray(Float32Array.from(values), shape);
  if (dtype === 'float64') return fromArray(Float64Array.from(values), shape);
  if (dtype !== 'int64')
    throw new Error(`tensor() makes float32, float64 and int64, not ${String(dtype)}; convert with ops.toDtype.`);
  return fromArray(
    BigInt64Array.from(values, (value) => BigInt(value)),
    shape,
  );
}

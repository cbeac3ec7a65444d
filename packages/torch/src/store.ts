import type { StoredTensor } from '@pocketnet/files';
import { readTensors, writeTensors } from '@pocketnet/files/node';
import { arrayOver } from './dtype.js';
import { native } from './native.js';
import { fromArray, type Tensor } from './tensor.js';

/** Named tensors and the free-text metadata beside them. */
export interface NamedTensors {
  tensors: Map<string, Tensor>;
  metadata: Record<string, string>;
}

/** A tensor that owns a copy of stored elements. */
export function fromStored(stored: StoredTensor): Tensor {
  const bytes = stored.data.slice();
  return fromArray(arrayOver(stored.dtype, bytes.buffer), stored.shape, stored.dtype);
}

/** A tensor's elements at rest. */
export function toStored(tensor: Tensor): StoredTensor {
  return { dtype: tensor.dtype, shape: [...tensor.shape], data: new Uint8Array(native.toBuffer(tensor)) };
}

/** Reads a `.safetensors` or `.pth` file into tensors. Errors name the file, the entry and the remedy. */
export function loadTensors(path: string): NamedTensors {
  const { tensors, metadata } = readTensors(path);
  return { tensors: new Map(Array.from(tensors, ([name, stored]) => [name, fromStored(stored)])), metadata };
}

/** Writes tensors to a `.safetensors` or `.pth` file: whole or not at all. */
export function saveTensors(
  path: string,
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Record<string, string> = {},
): void {
  writeTensors(path, { tensors: new Map(Array.from(tensors, ([name, tensor]) => [name, toStored(tensor)])), metadata });
}

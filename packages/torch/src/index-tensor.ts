import { toDevice } from './ops.js';
import { type Device, fromArray, type Tensor } from './tensor.js';

/**
 * int64 [n] on a device: rows, places or classes, as `indexSelect`, `indexCopy`, `gather` and the losses take them.
 * @param values whole numbers
 * @throws RangeError for one that is not whole
 */
export function indexTensor(values: Iterable<number>, device: Device = 'cpu'): Tensor {
  const integers = BigInt64Array.from([...values], BigInt);
  return toDevice(fromArray(integers, [integers.length]), device, 'int64');
}

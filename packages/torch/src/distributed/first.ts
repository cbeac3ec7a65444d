import { noGrad } from '../autograd.js';
import { type Module, Parameter } from '../nn/module.js';
import * as ops from '../ops.js';
import { scope } from '../scope.js';
import { fromArray, type Tensor } from '../tensor.js';
import type { ProcessGroup } from './process-group.js';

// What every rank computes alike is equal only where their processors are: rank 0's is everybody's.

/**
 * Overwrites what modules and single parameters hold, buffers too, by what they hold on rank 0. A collective operation.
 * @param parts of equal sizes on all ranks, on the group's device
 */
export function copyFromFirst(parts: readonly (Module | Parameter)[], group: ProcessGroup): void {
  noGrad(() => {
    for (const work of parts.flatMap(stateOf).map((each) => group.broadcastAsync(each, 0))) work.wait();
  });
}

const stateOf = (part: Module | Parameter): Tensor[] => (part instanceof Parameter ? [part] : [...part.heldTensors()]);

/** Rank 0's numbers, of which all ranks have equally many. A collective operation. */
export function numbersOfFirst(values: Float32Array, group: ProcessGroup): Float32Array {
  if (group.size === 1) return values;
  return scope(() => {
    const there = ops.toDevice(ops.clone(fromArray(values, [values.length])), group.device, 'float32');
    group.broadcast(there, 0);
    return ops.toDevice(there, 'cpu', 'float32').toFloat32();
  });
}

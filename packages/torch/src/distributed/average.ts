import { noGrad } from '../autograd.js';
import * as ops from '../ops.js';
import { scope } from '../scope.js';
import type { Tensor } from '../tensor.js';
import type { ProcessGroup } from './process-group.js';

/**
 * Makes tensors the mean over all ranks, in place: for gradients that `grad` returns, which no backward pass hands to `dataParallel`. They
 * travel as one message, since a search's network has a thousand small ones.
 *
 * @param tensors of one dtype, on the group's device, of the same shapes in the same order on all ranks
 */
export function averageOverRanks(tensors: readonly Tensor[], group: ProcessGroup): void {
  if (group.size === 1 || tensors.length === 0) return;
  scope(() =>
    noGrad(() => {
      const message = ops.cat(tensors.map((each) => ops.reshape(each, [-1])));
      group.allReduce(message, 'sum');
      ops.mulScalar_(message, 1 / group.size);
      let from = 0;
      for (const each of tensors) {
        ops.copy_(each, ops.reshape(ops.slice(message, 0, from, from + each.size), each.shape));
        from += each.size;
      }
    }),
  );
}

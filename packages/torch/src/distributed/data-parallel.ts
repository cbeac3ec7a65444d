import { native } from '../native.js';
import { Module, Parameter } from '../nn/module.js';
import * as ops from '../ops.js';
import { scope } from '../scope.js';
import { tensor } from '../tensor.js';
import { copyFromFirst } from './first.js';
import type { ProcessGroup } from './process-group.js';

export interface DataParallelOptions {
  /**
   * How many bytes of gradients travel together, 1 MiB by default: a network of 4 MB then has some sent while backward still computes the
   * others. Larger networks gain from torch's 25 MiB.
   */
  bucketBytes?: number;
}

/** Gradients of replicas that each see another part of the batch. */
export interface DataParallel {
  /** To call after `backward`, before the gradients are read: makes each the mean over all ranks. */
  finish(): void;
  /** Runs a backward pass whose gradients only add up; the last one before the step runs outside of it. */
  accumulate<T>(body: () => T): T;
  /** How many messages a step takes. */
  readonly buckets: number;
  /** Lets the parameters go. */
  close(): void;
}

const MEBIBYTE = 2 ** 20;

/**
 * Makes the ranks' modules replicas of rank 0's: copies its parameters and buffers to the others now, and from then on averages gradients.
 * A bucket of gradients sets out as soon as backward has filled it, natively, while backward goes on to the layers before. Equal batches
 * of a mean loss thus give the gradients of the joined batch. A parameter that a rank has not used counts as a gradient of zero there; one
 * that no rank has used keeps none.
 *
 * ```ts
 * const replicas = dataParallel([network, head], group);
 * backward(loss);
 * replicas.finish();
 * optimizer.step();
 * ```
 *
 * @param parts modules or single parameters, on the group's device, in one order on all ranks; a part that differs from rank to rank,
 * such as a sharded head, is left out
 * @throws when the ranks' parts differ in size
 */
export function dataParallel(
  parts: readonly (Module | Parameter)[],
  group: ProcessGroup,
  options: DataParallelOptions = {},
): DataParallel {
  const { bucketBytes = MEBIBYTE } = options;
  const parameters = parts.flatMap(parametersOf).filter((parameter) => parameter.requiresGrad);
  if (group.native === null) return { finish() {}, accumulate: (body) => body(), buckets: 0, close() {} };
  compareSizes(group, parameters);
  copyFromFirst(parts, group);
  const reducer = native.reduceGradients(group.native, parameters, bucketBytes);
  return {
    buckets: native.bucketsOf(reducer),
    finish: () => native.finishReducing(reducer),
    accumulate: (body) => {
      native.pauseReducing(reducer, true);
      try {
        return body();
      } finally {
        native.pauseReducing(reducer, false);
      }
    },
    close: () => native.closeReducing(reducer),
  };
}

function parametersOf(part: Module | Parameter): Parameter[] {
  if (part instanceof Module) return part.parameters();
  if (part instanceof Parameter) return [part];
  throw new Error('dataParallel() takes modules and parameters.');
}

/** Ranks with other networks would wait for one another forever, or add up what does not belong together. */
function compareSizes(group: ProcessGroup, parameters: readonly Parameter[]): void {
  const elements = parameters.reduce((sum, parameter) => sum + parameter.size, 0);
  const sizes = scope(() => {
    const own = ops.toDevice(tensor([parameters.length, elements], [1, 2], 'int64'), group.device, 'int64');
    return Array.from(ops.toDevice(group.allGather(own), 'cpu', 'int64').toArray(), Number);
  });
  for (let rank = 0; rank < group.size; rank++) {
    const [count, size] = sizes.slice(2 * rank, 2 * rank + 2);
    if (count === sizes[0] && size === sizes[1]) continue;
    throw new Error(
      `rank ${group.rank} of ${group.size}: rank ${rank} has ${count} parameters with ${size} elements, rank 0 has ${sizes[0]} with ` +
        `${sizes[1]}: all ranks have to be given the same network.`,
    );
  }
}

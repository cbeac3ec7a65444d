import { native } from '../native.js';
import * as ops from '../ops.js';
import { Tensor } from '../tensor.js';
import type { ProcessGroup } from './process-group.js';

/** What batch normalisation keeps beside its input. */
export interface BatchNormState {
  /** [C]; null stands for ones and zeros. */
  weight: Tensor | null;
  bias: Tensor | null;
  /** [C], changed in place: alike on all ranks. */
  runningMean: Tensor;
  runningVar: Tensor;
  momentum: number;
  eps: number;
}

/**
 * Batch normalisation of [N, C, …] for training, with mean and variance of all ranks' batches together, whose N may differ. One
 * all-gather of 2C + 1 numbers forward, one all-reduce of 2C numbers backward. It can be differentiated once.
 */
export function syncBatchNorm(input: Tensor, state: BatchNormState, group: ProcessGroup): Tensor {
  const { weight, bias, runningMean, runningVar, momentum, eps } = state;
  if (group.native === null)
    return ops.batchNorm(input, weight, bias, runningMean, runningVar, true, momentum, eps, true);
  return new Tensor(native.syncBatchNorm(group.native, input, weight, bias, runningMean, runningVar, momentum, eps));
}

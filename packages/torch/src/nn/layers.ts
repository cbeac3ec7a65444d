import type { ProcessGroup } from '../distributed/process-group.js';
import { syncBatchNorm } from '../distributed/sync-batch-norm.js';
import * as init from '../init.js';
import * as ops from '../ops.js';
import { fromArray, type Tensor } from '../tensor.js';
import { Buffer, Module, Parameter } from './module.js';

/** A fresh parameter of the given shape, filled by an initialiser. */
function parameter(shape: readonly number[], fill: (tensor: Tensor) => void): Parameter {
  const blank = ops.empty(shape);
  const made = new Parameter(blank);
  blank.dispose();
  fill(made);
  return made;
}

function buffer(value: Tensor): Buffer {
  const made = new Buffer(value);
  value.dispose();
  return made;
}

export interface Conv2dOptions {
  stride?: number;
  padding?: number;
  groups?: number;
  bias?: boolean;
}

/** Convolution over [N, in, H, W] with weight [out, in / groups, k, k]. */
export class Conv2d extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter | null;
  readonly stride: number;
  readonly padding: number;
  readonly groups: number;

  constructor(
    readonly inChannels: number,
    readonly outChannels: number,
    readonly kernel: number,
    options: Conv2dOptions = {},
  ) {
    super();
    this.stride = options.stride ?? 1;
    this.padding = options.padding ?? 0;
    this.groups = options.groups ?? 1;
    this.weight = parameter([outChannels, inChannels / this.groups, kernel, kernel], (w) =>
      init.kaimingUniform(w, Math.sqrt(5)),
    );
    const bound = 1 / Math.sqrt((inChannels / this.groups) * kernel * kernel);
    this.bias = options.bias ? parameter([outChannels], (b) => init.uniform(b, -bound, bound)) : null;
  }

  forward(input: Tensor): Tensor {
    return ops.conv2d(input, this.weight, this.bias, this.stride, this.padding, 1, this.groups);
  }
}

/** y = x Wᵀ + b with weight [out, in]. */
export class Linear extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter | null;

  constructor(
    readonly inFeatures: number,
    readonly outFeatures: number,
    options: { bias?: boolean } = {},
  ) {
    super();
    const bound = 1 / Math.sqrt(inFeatures);
    this.weight = parameter([outFeatures, inFeatures], (w) => init.uniform(w, -bound, bound));
    this.bias = (options.bias ?? true) ? parameter([outFeatures], (b) => init.uniform(b, -bound, bound)) : null;
  }

  forward(input: Tensor): Tensor {
    return ops.linear(input, this.weight, this.bias);
  }
}

/** Batch normalisation of [N, C, …] over everything but C; running variance takes the unbiased batch variance, as PyTorch's. */
export class BatchNorm extends Module {
  readonly weight: Parameter | null;
  readonly bias: Parameter | null;
  readonly running_mean: Buffer;
  readonly running_var: Buffer;
  readonly num_batches_tracked: Buffer;
  readonly momentum = 0.1;
  readonly eps = 1e-5;
  /** Whose batches count as one in training; null: this process's alone. Set by `synchroniseBatchNorm`. */
  synchronised: ProcessGroup | null = null;

  constructor(
    readonly channels: number,
    options: { affine?: boolean } = {},
  ) {
    super();
    const affine = options.affine ?? true;
    this.weight = affine ? parameter([channels], (w) => init.constant(w, 1)) : null;
    this.bias = affine ? parameter([channels], (b) => init.constant(b, 0)) : null;
    this.running_mean = buffer(ops.zeros([channels]));
    this.running_var = buffer(ops.ones([channels]));
    this.num_batches_tracked = buffer(fromArray(new BigInt64Array(1), []));
  }

  /** Notes that the running statistics have seen one more batch, if they do. */
  countBatch(): void {
    if (this.training) ops.addScalar_(this.num_batches_tracked, 1);
  }

  forward(input: Tensor): Tensor {
    this.countBatch();
    const { weight, bias, running_mean: runningMean, running_var: runningVar, momentum, eps } = this;
    if (this.training && this.synchronised !== null)
      return syncBatchNorm(input, { weight, bias, runningMean, runningVar, momentum, eps }, this.synchronised);
    return ops.batchNorm(input, weight, bias, runningMean, runningVar, this.training, momentum, eps, true);
  }
}

/** Of rows [N, C]. */
export class BatchNorm1d extends BatchNorm {}

/** Of maps [N, C, H, W]. */
export class BatchNorm2d extends BatchNorm {}

/** max(x, 0) + a · min(x, 0), one slope a channel. */
export class PReLU extends Module {
  readonly weight: Parameter;

  constructor(readonly channels: number) {
    super();
    this.weight = parameter([channels], (w) => init.constant(w, 0.25));
  }

  forward(input: Tensor): Tensor {
    return ops.prelu(input, this.weight);
  }
}

export class ReLU extends Module {
  forward(input: Tensor): Tensor {
    return ops.relu(input);
  }
}

export class MaxPool2d extends Module {
  constructor(
    readonly kernel: number,
    readonly stride: number,
    readonly padding: number,
  ) {
    super();
  }

  forward(input: Tensor): Tensor {
    return ops.maxPool2d(input, this.kernel, this.stride, this.padding);
  }
}

/** Mean over windows; padding does not count in the divisor. */
export class AvgPool2d extends Module {
  constructor(
    readonly kernel: number,
    readonly stride: number,
    readonly padding: number,
  ) {
    super();
  }

  forward(input: Tensor): Tensor {
    return ops.avgPool2d(input, this.kernel, this.stride, this.padding, false, false);
  }
}

import { noGrad } from '../autograd.js';
import { native } from '../native.js';
import * as ops from '../ops.js';
import { scope } from '../scope.js';
import { Tensor, tensor } from '../tensor.js';

export type Reduction = 'sum' | 'max' | 'min';

/** An operation under way; its tensor is filled once `wait` has returned. Whoever starts one waits for it. */
export interface Work {
  /** @throws an Error that names the rank and the operation, when another rank has ended or did not take part in time */
  wait(): void;
}

/**
 * Processes that compute together, each with a rank from 0 to `size` − 1. Every rank calls the same operations in the same order, with
 * tensors of one shape and dtype, on the group's device. An operation that fails throws an Error that names the rank and the operation;
 * after that the group is of no more use. Where the process handles SIGINT and SIGTERM, an operation under way goes on at the first, so that
 * the ranks can end their step together; a second one, or two minutes, end it with an AbortError.
 */
export interface ProcessGroup {
  readonly rank: number;
  readonly size: number;
  /** Where the tensors of its operations lie: NCCL knows GPUs only. */
  readonly device: string;
  /** The addon's side of it; null in a group of one. */
  readonly native: object | null;
  /** Combines the ranks' tensors element by element, in place. */
  allReduce(tensor: Tensor, reduction: Reduction): void;
  /** As `allReduce`, without waiting for it; the tensor is not to be touched before. */
  allReduceAsync(tensor: Tensor, reduction: Reduction): Work;
  /** The ranks' [N, …] below one another in the order of ranks: [W·N, …]. A scalar counts as [1]. */
  allGather(tensor: Tensor): Tensor;
  /** Overwrites the ranks' tensors by that of `root`. */
  broadcast(tensor: Tensor, root: number): void;
  broadcastAsync(tensor: Tensor, root: number): Work;
  /** Returns when every rank has come here. */
  barrier(): void;
  /** Ends this rank's part without waiting for others: after good work, call `barrier` first. */
  close(): void;
}

const done: Work = { wait: () => {} };

/** A process on its own: each operation is what it is among one rank. */
export class GroupOfOne implements ProcessGroup {
  readonly rank = 0;
  readonly size = 1;
  readonly native = null;

  constructor(readonly device: string) {}

  allReduce(): void {}
  allReduceAsync(): Work {
    return done;
  }
  allGather(tensor: Tensor): Tensor {
    return noGrad(() => ops.clone(tensor.shape.length === 0 ? ops.reshape(tensor, [1]) : tensor, 'contiguous_format'));
  }
  broadcast(_tensor: Tensor, root: number): void {
    if (root !== 0) throw new Error(`rank 0 of 1: broadcast failed: there is no rank ${root}.`);
  }
  broadcastAsync(tensor: Tensor, root: number): Work {
    this.broadcast(tensor, root);
    return done;
  }
  barrier(): void {}
  close(): void {}
}

/** Ranks connected by libtorch's c10d. Made by `joinProcessGroup`. */
export class ConnectedGroup implements ProcessGroup {
  constructor(
    readonly native: object,
    readonly rank: number,
    readonly size: number,
    readonly device: string,
  ) {}

  allReduce(tensor: Tensor, reduction: Reduction): void {
    this.allReduceAsync(tensor, reduction).wait();
  }

  allReduceAsync(tensor: Tensor, reduction: Reduction): Work {
    return work(native.groupAllReduce(this.native, tensor, reduction));
  }

  allGather(tensor: Tensor): Tensor {
    return new Tensor(native.groupAllGather(this.native, tensor));
  }

  broadcast(tensor: Tensor, root: number): void {
    this.broadcastAsync(tensor, root).wait();
  }

  broadcastAsync(tensor: Tensor, root: number): Work {
    return work(native.groupBroadcast(this.native, tensor, root));
  }

  barrier(): void {
    native.groupBarrier(this.native);
  }

  close(): void {
    native.closeGroup(this.native);
  }
}

const work = (pending: object): Work => ({ wait: () => native.waitFor(pending) });

/** Whether the condition holds on any rank: how ranks agree to stop after the same step. A collective operation. */
export function onAnyRank(group: ProcessGroup, condition: boolean): boolean {
  const [flag = 0] = combined([condition ? 1 : 0], 'max', group);
  return flag > 0;
}

/** The ranks' mean of each number, in float32: how losses are reported. A collective operation. */
export const meanOverRanks = (values: readonly number[], group: ProcessGroup): number[] =>
  combined(values, 'sum', group).map((sum) => sum / group.size);

function combined(values: readonly number[], reduction: Reduction, group: ProcessGroup): number[] {
  if (group.size === 1) return [...values];
  return scope(() => {
    const message = ops.toDevice(tensor(values, [values.length]), group.device, 'float32');
    group.allReduce(message, reduction);
    return Array.from(ops.toDevice(message, 'cpu', 'float32').toFloat32());
  });
}

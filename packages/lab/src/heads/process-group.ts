import type { Tensor } from '@pocketnet/torch';

/** The processes of a run, as far as heads need them; what `@pocketnet/torch` opens fits. All ranks call the same in the same order. */
export interface HeadGroup {
  readonly rank: number;
  readonly size: number;
  /** Over all ranks, in place. */
  allReduce(tensor: Tensor, op: 'sum' | 'max'): void;
  /** [N, …] of every rank, the same N on all, as [size·N, …] in rank order. */
  allGather(tensor: Tensor): Tensor;
}

/** One process. */
export const alone: HeadGroup = { rank: 0, size: 1, allReduce: () => {}, allGather: (tensor) => tensor };

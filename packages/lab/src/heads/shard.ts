import { operator, ops, scope, type Tensor } from '@pocketnet/torch';
import type { HeadGroup } from './process-group.js';

/** The consecutive classes that one rank holds. */
export interface Shard {
  /** Its first class. */
  start: number;
  /** How many. */
  count: number;
}

/** ⌊classes / size⌋ classes a rank, and one more for the first classes mod size ranks. */
export function shardOf(classes: number, rank: number, size: number): Shard {
  const [least, rest] = [Math.floor(classes / size), classes % size];
  return { start: rank * least + Math.min(rank, rest), count: least + (rank < rest ? 1 : 0) };
}

/**
 * What all ranks hold of a kernel, or of its momentum, side by side: a checkpoint of it does not depend on the number of ranks.
 * All ranks call it; all get the whole.
 * @param own [d, the rank's own classes]
 * @returns [d, classes]
 */
export function joinShards(own: Tensor, classes: number, group: HeadGroup): Tensor {
  return scope(() => {
    const shards = Array.from({ length: group.size }, (_, rank) => shardOf(classes, rank, group.size));
    const widest = shards[0]?.count ?? 0;
    const rows = ops.contiguous(ops.transpose(padRows(ops.detach(own), widest), 0, 1));
    const all = group.allGather(rows);
    const parts = shards.map(({ count }, rank) => ops.slice(all, 0, rank * widest, rank * widest + count));
    return ops.contiguous(ops.transpose(ops.cat(parts), 0, 1));
  });
}

/** A rank's own part, as a copy, of a kernel or momentum [d, classes]. */
export function takeShard(whole: Tensor, { rank, size }: HeadGroup): Tensor {
  const { start, count } = shardOf(whole.shape[1] ?? 0, rank, size);
  return scope(() => ops.clone(ops.slice(whole, 1, start, start + count), 'contiguous_format'));
}

/** Zeros behind the columns, up to a width; gathered blocks must be of one size. */
const padRows = (tensor: Tensor, width: number): Tensor => padWith(tensor, [0, width - (tensor.shape[1] ?? 0)], 0);

const padWith = operator<[self: Tensor, pad: readonly number[], value: number], Tensor>('aten::constant_pad_nd');

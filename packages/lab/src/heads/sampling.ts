import { operator, ops, type Tensor } from '@pocketnet/torch';

/**
 * Partial FC's sample of a shard's classes (An et al. 2022, arXiv 2203.15565, section 3.2): all that the batch holds, filled up
 * with others, each as likely, without replacement. If the batch holds more than asked for, they alone.
 * @param positives int64 [p], the shard's classes in the batch, distinct and ascending
 * @param classes how many the shard has
 * @param count how many are asked for
 * @returns int64 [max(p, count)], ascending; drawn by the processor's generator on any device, so that a checkpoint knows its state
 */
export function sampleClasses(positives: Tensor, classes: number, count: number): Tensor {
  if (positives.size >= count) return positives;
  const drawn = ops.toDevice(rand([classes]), positives.device, 'float32');
  const lots = indexFill_(drawn, 0, positives, 2); // above every other lot in [0, 1)
  const [, chosen] = topk(lots, count);
  return sort(chosen)[0];
}

/** Distinct values, ascending. */
export const distinct = (values: Tensor): Tensor => unique(values, true)[0];

type Sizes = readonly number[];
const rand = operator<[size: Sizes], Tensor>('aten::rand');
const indexFill_ = operator<[self: Tensor, dim: number, index: Tensor, value: number], Tensor>(
  'aten::index_fill_.int_Scalar',
);
const topk = operator<[self: Tensor, count: number], [values: Tensor, indices: Tensor]>('aten::topk');
const sort = operator<[self: Tensor], [values: Tensor, indices: Tensor]>('aten::sort');
const unique = operator<[self: Tensor, sorted: boolean], [values: Tensor, inverse: Tensor, counts: Tensor]>(
  'aten::_unique2',
);

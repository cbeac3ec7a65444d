import { productSizes } from '@pocketnet/engine';
import type { Product } from '@pocketnet/evaluate';
import { fromArray, ops, scope } from '@pocketnet/torch';

/**
 * The product by the engine, on its threads, written into the caller's array without a copy. On the processor only: the arrays
 * live there.
 */
export const torchProduct: Product = (left, right, width, scores) => {
  const { lefts, rights } = productSizes(left, right, width, scores);
  if (lefts === 0 || rights === 0) return;
  scope(() => {
    const blocks = [fromArray(left, [lefts, width]), fromArray(right, [rights, width])] as const;
    ops.innerProducts_(...blocks, fromArray(scores, [lefts, rights]));
  });
};

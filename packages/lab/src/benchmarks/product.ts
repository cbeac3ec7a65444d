import { type Product, productSizes } from '@pocketnet/evaluate';
import { fromArray, noGrad, operator, ops, scope, type Tensor } from '@pocketnet/torch';

const mmInto = operator<[self: Tensor, other: Tensor, out: Tensor], Tensor>('aten::mm.out');

/**
 * The product by libtorch, on its threads, written into the caller's array without a copy. On the processor only: the
 * arrays live there.
 */
export const torchProduct: Product = (left, right, width, scores) => {
  const { lefts, rights } = productSizes(left, right, width, scores);
  if (lefts === 0 || rights === 0) return;
  noGrad(() =>
    scope(() => {
      const gallery = ops.transpose(fromArray(right, [rights, width]), 0, 1);
      mmInto(fromArray(left, [lefts, width]), gallery, fromArray(scores, [lefts, rights]));
    }),
  );
};

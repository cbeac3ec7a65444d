import { nn, ops, type Tensor } from '@pocketnet/torch';
import type { Block } from '../blocks/interpreter.js';
import { primitives } from '../blocks/primitives/index.js';

/**
 * Every primitive on one edge, mixed: Σₖ pₖ·opₖ(x), p the edge's soft-maxed α (DARTS, Liu et al. 2019). `none` is left out: its share is of
 * nothing.
 */
export class MixedOp extends nn.Module {
  readonly _ops: nn.ModuleList<Block>;

  constructor(
    readonly channels: number,
    readonly stride: 1 | 2,
  ) {
    super();
    this._ops = new nn.ModuleList(Array.from(primitives, (primitive) => primitive.make(channels, stride, false)));
  }

  /**
   * @param x [N, C, H, W]
   * @param weights [columns of α]: the share of every operation, that of `none` included
   * @returns [N, C, H / stride, W / stride]
   */
  mix(x: Tensor, weights: Tensor): Tensor {
    const terms = Array.from(this._ops, (op, k) => ops.mul(op.forward(x), ops.slice(weights, 0, k, k + 1)));
    return terms.reduce((sum, term) => ops.add(sum, term));
  }

  forward(): Tensor {
    throw new Error('A mixed operation takes its weights as well: call mix().');
  }
}

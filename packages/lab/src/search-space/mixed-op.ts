import { nn, ops, type Tensor } from '@pocketnet/torch';
import type { Block } from '../networks/interpreter.js';
import { primitiveNames } from './genotype.js';
import { primitives } from './primitives.js';

/** Where `none` would stand: the last column of α (facts 1.1). */
export const noneColumn = primitiveNames.indexOf('none');

/** The operations that a mixed one holds, in the order of α's columns: all but `none`, whose share is nothing and costs nothing. */
export const mixedNames = primitiveNames.filter((name) => name !== 'none');

/** Every operation of the search space on one edge, mixed: Σₖ pₖ·opₖ(x), p the edge's soft-maxed α (DARTS, Liu et al. 2019). */
export class MixedOp extends nn.Module {
  readonly _ops: nn.ModuleList<Block>;

  constructor(
    readonly channels: number,
    readonly stride: 1 | 2,
  ) {
    super();
    this._ops = new nn.ModuleList(mixedNames.map((name) => primitives[name](channels, stride, false)));
  }

  /**
   * @param x [N, C, H, W]
   * @param weights [8]: the share of every operation, that of `none` included
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

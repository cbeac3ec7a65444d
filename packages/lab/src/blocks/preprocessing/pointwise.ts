import { FactorizedReduce } from '../factorized-reduce.js';
import type { Block } from '../interpreter.js';
import { SeparableConv } from '../primitives/index.js';
import type { CellShape, Preprocessing } from './preprocessing.js';

/** The input from before the last cell, by a 1×1 convolution; halved where the last cell halved. */
export const pointwiseBefore = ({ before, channels, afterReduction }: CellShape, affine: boolean): Block =>
  afterReduction ? new FactorizedReduce(before, channels, affine) : new SeparableConv(before, channels, 1, 1, affine);

/** The last cell's output, by a 1×1 convolution. */
export const pointwiseLast = ({ last, channels }: CellShape, affine: boolean): Block =>
  new SeparableConv(last, channels, 1, 1, affine);

/** As the paper has it (facts 1.1). */
export const pointwise: Preprocessing = {
  name: 'pointwise',
  summary: 'a 1×1 convolution of each input, as in the paper',
  inputs: (shape, affine) => [pointwiseBefore(shape, affine), pointwiseLast(shape, affine)],
};

import type { Block } from '../interpreter.js';
import { skipConnect } from '../primitives/index.js';
import { pointwiseBefore, pointwiseLast } from './pointwise.js';
import type { Preprocessing } from './preprocessing.js';

/** Nothing, where an input has the cell's channels and size: goes with outputs that are sums of nodes. */
export const bare: Preprocessing = {
  name: 'bare',
  summary: 'left out where widths and sizes agree; goes with join: sum',
  inputs(shape, affine) {
    const { before, last, channels, afterReduction } = shape;
    const same = (): Block => skipConnect.make(channels, 1, affine);
    return [
      before === channels && !afterReduction ? same() : pointwiseBefore(shape, affine),
      last === channels ? same() : pointwiseLast(shape, affine),
    ];
  },
};

import { pointwiseBefore, pointwiseLast } from './pointwise.js';
import type { Preprocessing } from './preprocessing.js';

/** Every output is pre-processed once, for the two cells that take it, where both want it alike. */
export const shared: Preprocessing = {
  name: 'shared',
  summary: 'one 1×1 convolution of an output for both cells that take it, where widths and sizes agree',
  inputs(shape, affine) {
    const before = shape.seenByLast ? null : pointwiseBefore(shape, affine);
    return [before, pointwiseLast(shape, affine)];
  },
};

import { SeparableConv } from '../primitives/index.js';
import { pointwiseBefore } from './pointwise.js';
import type { Preprocessing } from './preprocessing.js';

/** Groups: a cell's output is four nodes side by side, and each then makes a quarter of the channels. */
const most = 4;

/** The most groups, up to four, that divide both. */
const groupsOf = (from: number, to: number): number =>
  Array.from({ length: most }, (_, i) => most - i).find((groups) => from % groups === 0 && to % groups === 0) ?? 1;

/** A quarter of the products and weights; whatever follows within the cell mixes the groups (ShuffleNet: Zhang et al. 2018). */
export const grouped: Preprocessing = {
  name: 'grouped',
  summary: 'a 1×1 convolution of each input in four groups, a quarter of its products',
  inputs(shape, affine) {
    const { before, last, channels, afterReduction } = shape;
    const of = (from: number): SeparableConv =>
      new SeparableConv(from, channels, 1, 1, affine, groupsOf(from, channels));
    const first = afterReduction ? pointwiseBefore(shape, affine) : of(before);
    return [first, of(last)];
  },
};

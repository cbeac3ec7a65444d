import { FactorizedReduce } from './factorized-reduce.js';
import type { Block } from './interpreter.js';
import { SeparableConv } from './primitives/index.js';

/** Where a cell stands in its network. */
export interface CellShape {
  /** Channels of the output of the cell before the last. */
  before: number;
  /** Channels of the output of the last cell. */
  last: number;
  /** Channels of each node. */
  channels: number;
  /** Whether this cell halves the size. */
  reduces: boolean;
  /** Whether the last cell halved it, so that the input from before it must be halved as well. */
  afterReduction: boolean;
}

/** What brings a cell's two inputs to its own channels and size. @param affine whether batch-norms scale and shift */
export const cellInputs = (
  { before, last, channels, afterReduction }: CellShape,
  affine: boolean,
): [before: Block, last: Block] => [
  afterReduction ? new FactorizedReduce(before, channels, affine) : new SeparableConv(before, channels, 1, 1, affine),
  new SeparableConv(last, channels, 1, 1, affine),
];

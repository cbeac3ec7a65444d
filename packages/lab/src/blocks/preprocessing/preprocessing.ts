import type { Block } from '../interpreter.js';

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
  /** Whether the last cell has brought the same map to this cell's channels and size already, as the one of its two inputs that came last. */
  seenByLast: boolean;
}

/** One way to bring a cell's two inputs to its own channels and size: a sibling in this folder, listed in `registry.ts`. */
export interface Preprocessing {
  /** As a frame's `preprocessing` has it. */
  readonly name: string;
  /** What it does, for lists. */
  readonly summary: string;
  /**
   * What each input goes through; null for an input from before that is taken as the last cell has pre-processed it.
   * @param affine whether batch-norms scale and shift
   */
  inputs(shape: CellShape, affine: boolean): readonly [before: Block | null, last: Block];
}

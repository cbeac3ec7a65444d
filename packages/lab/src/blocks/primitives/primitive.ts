import type { Block } from '../interpreter.js';

/** An operation that an edge of a cell may hold. */
export interface Primitive {
  /** As genotypes write it, such as `dw_conv_3x3`: letters, digits and underscores. */
  readonly name: string;
  /** Whether it takes only maps of even sides where it halves them. */
  readonly halvesOnlyEven?: boolean;
  /**
   * The operation as a block, from [N, C, H, W] to [N, C, ⌈H / stride⌉, ⌈W / stride⌉]. What it costs is counted as the block is read, and
   * so is it exported.
   *
   * @param channels C
   * @param stride 2 on the edges from a reduction cell's inputs, else 1
   * @param affine whether batch-norms scale and shift: in a discrete cell they do, during a search they do not
   */
  make(channels: number, stride: 1 | 2, affine: boolean): Block;
}

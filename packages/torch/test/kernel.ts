import type { Tensor } from '@pocketnet/torch';

/** One of our own kernels beside the formula that it stands for, on inputs that it takes and on some that it hands on. */
export interface Kernel {
  /** Settings to run it at: channel counts, kernels, strides. */
  readonly settings: readonly Readonly<Record<string, number>>[];
  inputs(setting: Readonly<Record<string, number>>, layout: Layout): Tensor[];
  fused(inputs: readonly Tensor[], setting: Readonly<Record<string, number>>): Tensor;
  stock(inputs: readonly Tensor[], setting: Readonly<Record<string, number>>): Tensor;
  /** Whether it also takes contiguous memory. */
  readonly layouts: readonly Layout[];
  /** Largest error, relative to the largest value of the stock result. */
  readonly tolerance: number;
}

export type Layout = 'contiguous_format' | 'channels_last';

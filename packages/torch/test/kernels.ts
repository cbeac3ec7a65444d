import { ops, type Tensor } from '@pocketnet/torch';
import type { Kernel, Layout } from './kernel.js';
import { searchCell } from './search-cell-kernel.js';

const image = (shape: readonly number[], layout: Layout): Tensor => ops.contiguous(ops.randn(shape), layout);
const of = (tensors: readonly Tensor[], i: number): Tensor => tensors[i] as Tensor;
const at = (setting: Readonly<Record<string, number>>, name: string): number => setting[name] as number;

const prelu: Kernel = {
  settings: [1, 3, 16, 17, 32, 64, 100, 128].map((channels) => ({ channels })),
  layouts: ['channels_last', 'contiguous_format'],
  inputs: ({ channels = 1 }, layout) => [image([3, channels, 13, 29], layout), ops.randn([channels])],
  fused: (x) => ops.prelu(of(x, 0), of(x, 1)),
  stock: (x) => {
    const slopes = ops.reshape(of(x, 1), [1, -1, 1, 1]);
    return ops.sub(ops.relu(of(x, 0)), ops.mul(slopes, ops.relu(ops.neg(of(x, 0)))));
  },
  tolerance: 2e-6,
};

const concat: Kernel = {
  settings: [
    { a: 8, b: 16 },
    { a: 1, b: 3 },
    { a: 7, b: 64 },
  ],
  layouts: ['channels_last', 'contiguous_format'],
  inputs: ({ a = 1, b = 1 }, layout) => [
    image([3, a, 9, 11], layout),
    image([3, b, 9, 11], layout),
    image([3, a, 9, 11], layout),
  ],
  fused: (x) => ops.concat(x),
  stock: (x) => ops.cat(x, 1),
  tolerance: 0,
};

/** The stock chain of `separable` with batch statistics; the running ones are compared apart, in place. */
const separable: Kernel = {
  settings: [
    { channels: 16, out: 16, kernel: 3, stride: 1 },
    { channels: 16, out: 32, kernel: 3, stride: 2 },
    { channels: 64, out: 64, kernel: 5, stride: 1 },
    { channels: 32, out: 16, kernel: 7, stride: 2 },
    { channels: 128, out: 64, kernel: 1, stride: 1 },
    { channels: 24, out: 40, kernel: 3, stride: 1 },
    { channels: 16, out: 32, kernel: 3, stride: 2, addend: 1 },
  ],
  layouts: ['channels_last'],
  inputs: ({ channels = 1, out = 1, kernel = 1, stride = 1, addend = 0 }, layout) => [
    image([3, channels, 12, 10], layout),
    ops.randn([channels]),
    ops.randn([channels, 1, kernel, kernel]),
    ops.randn([out, channels, 1, 1]),
    ops.randn([out]),
    ops.randn([out]),
    ...(addend ? [image([3, out, Math.ceil(12 / stride), Math.ceil(10 / stride)], layout)] : []),
  ],
  fused: (x, setting) =>
    ops.separable(
      ...([0, 1, 2, 3, 4, 5].map((i) => of(x, i)) as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]),
      ops.zeros([at(setting, 'out')]),
      ops.ones([at(setting, 'out')]),
      x[6] ?? null,
      true,
      0.1,
      1e-5,
      at(setting, 'stride'),
      (at(setting, 'kernel') - 1) / 2,
    ),
  stock: (x, setting) => {
    const deep = ops.conv2d(
      prelu.stock(x, {}),
      of(x, 2),
      null,
      at(setting, 'stride'),
      (at(setting, 'kernel') - 1) / 2,
      1,
      at(setting, 'channels'),
    );
    const normed = ops.batchNorm(ops.conv2d(deep, of(x, 3)), of(x, 4), of(x, 5), null, null, true, 0.1, 1e-5, false);
    return x[6] ? ops.add(normed, x[6]) : normed;
  },
  tolerance: 3e-5,
};

/** By operator. A new kernel is one more entry; `ops.ts` says what it is equal to. */
export const kernels: Readonly<Record<string, Kernel>> = {
  'pocketnet::prelu': prelu,
  'pocketnet::concat': concat,
  'pocketnet::separable': separable,
  'pocketnet::search_cell': searchCell,
};

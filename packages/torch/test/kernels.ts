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
    const normed = chain(of(x, 0), x.slice(1, 6), at(setting, 'stride'));
    return x[6] ? ops.add(normed, x[6]) : normed;
  },
  tolerance: 3e-5,
};

/** PReLU → depthwise → pointwise → batch-norm by stock operators; of one branch slopes, filters, pointwise weights, scale and shift. */
function chain(x: Tensor, branch: readonly Tensor[], stride: number): Tensor {
  const filters = of(branch, 1);
  const [channels = 1, , kernel = 1] = filters.shape;
  const active = prelu.stock([x, of(branch, 0)], {});
  const deep = ops.conv2d(active, filters, null, stride, (kernel - 1) / 2, 1, channels);
  const mixed = ops.conv2d(deep, of(branch, 2));
  return ops.batchNorm(mixed, of(branch, 3), of(branch, 4), null, null, true, 0.1, 1e-5, false);
}

/** All that a graph can be: sources side by side, several branches and states as they are in one sum, outputs of several states and of one. */
const separableGraph: Kernel = {
  settings: [
    { channels: 16, stride: 1, height: 12, width: 10, halves: 1 },
    { channels: 16, stride: 2, height: 7, width: 9 },
    { channels: 40, stride: 1, height: 5, width: 6 },
    { channels: 6, stride: 2, height: 8, width: 33 },
    { channels: 6, stride: 2, height: 6, width: 18, halves: 1 },
  ],
  layouts: ['channels_last'],
  inputs: ({ channels: c = 1, height = 1, width = 1, halves = 0 }, layout) => {
    const branch = (from: number, kernel: number): Tensor[] =>
      [[from], [from, 1, kernel, kernel], [c, from, 1, 1], [c], [c]].map((shape) => ops.randn(shape));
    const maps = [2 * c, c].map((channels) => image([3, channels, height, width], layout));
    const kernels = [3, 5, 7, 3, ...(halves ? [1, 1] : [])];
    return [...maps, ...branch(3 * c, 1), ...kernels.flatMap((kernel) => branch(c, kernel))];
  },
  fused: (x, { channels = 1, stride = 1, halves = 0 }) => {
    const halved = [
      ...[1, 2, 1, 5], // every other pixel
      ...[1, 3, 1, 5], // and those one further
      ...[2, 0, 2, 7, 8, 0, 2, 8, 7], // both side by side, and the other way round
    ];
    const outputs = ops.separableGraph(
      x.slice(0, 2),
      x.slice(2),
      Array.from({ length: halves ? 14 : 10 }, (_, i) => (i % 2 === 0 ? ops.zeros([channels]) : ops.ones([channels]))),
      [
        halves ? 8 : 5, // nodes, from state 2 on
        ...[1, 1, 2, 0, 1], // both inputs side by side, 1×1
        ...[2, stride, 1, 2, stride, 1, 1], // 3×3 of that, 5×5 of the second input
        ...[3, 1, 1, 3, 0, 1, 3, 0, 1, 3], // 7×7 of the sum, and the sum twice as it is
        ...[2, 0, 1, 1, 0, 1, 2], // nothing but states
        ...[2, 0, 1, 5, 1, 1, 5], // a state and its own 3×3
        ...(halves ? halved : []),
        halves ? 3 : 2, // outputs
        ...[2, 4, 3],
        ...[1, 6],
        ...(halves ? [1, 9] : []),
      ],
      true,
      0.1,
      1e-5,
    );
    return ops.cat(outputs.map((output) => ops.reshape(output, [-1])));
  },
  stock: (x, { stride = 1, halves = 0 }) => {
    const branch = (input: Tensor, i: number, stride: number): Tensor =>
      chain(input, x.slice(2 + 5 * i, 7 + 5 * i), stride);
    const both = branch(ops.cat([of(x, 0), of(x, 1)], 1), 0, 1);
    const sum = ops.add(branch(both, 1, stride), branch(of(x, 1), 2, stride));
    const third = ops.add(ops.add(branch(sum, 3, 1), sum), sum);
    const plain = ops.add(of(x, 1), both);
    const outputs = [ops.cat([third, sum], 1), ops.add(plain, branch(plain, 4, 1))];
    if (halves) {
      const here = branch(plain, 5, 2);
      const further = branch(ops.slice(ops.slice(plain, 2, 1), 3, 1), 6, 2);
      outputs.push(ops.add(ops.cat([here, further], 1), ops.cat([further, here], 1)));
    }
    return ops.cat(outputs.map((output) => ops.reshape(output, [-1])));
  },
  tolerance: 1e-4,
};

/** By operator. A new kernel is one more entry; `ops.ts` says what it is equal to. */
export const kernels: Readonly<Record<string, Kernel>> = {
  'pocketnet::prelu': prelu,
  'pocketnet::concat': concat,
  'pocketnet::separable': separable,
  'pocketnet::separable_graph': separableGraph,
  'pocketnet::search_cell': searchCell,
};

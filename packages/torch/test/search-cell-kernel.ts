import { ops, type Tensor } from '@pocketnet/torch';
import type { Kernel } from './kernel.js';

type Setting = Readonly<Record<string, number>>;

const filters = [3, 5, 7, 1];
const edgesOf = (nodes: number): [node: number, source: number][] =>
  Array.from({ length: nodes }, (_, node) =>
    Array.from({ length: node + 2 }, (_, source): [number, number] => [node, source]),
  ).flat();
const strided = (source: number, { reduces = 0 }: Setting): boolean => reduces === 1 && source < 2;

/** The parameters of an edge, in the order of the kernel. */
function parametersOf(source: number, setting: Setting): Tensor[] {
  const { channels: c = 1 } = setting;
  const reduction = strided(source, setting)
    ? [[c], [c, 1, 1, 1], [c / 2, c, 1, 1], [c, 1, 1, 1], [c / 2, c, 1, 1]]
    : [];
  const convolutions = filters.flatMap((k) => [[c], [c, 1, k, k], [c, c, 1, 1]]);
  return [...reduction, ...convolutions].map((shape) => ops.randn(shape));
}

const normed = (x: Tensor): Tensor => ops.batchNorm(x, null, null, null, null, true, 0.1, 1e-5, false);
const prelu = (x: Tensor, slopes: Tensor): Tensor =>
  ops.sub(ops.relu(x), ops.mul(ops.reshape(slopes, [1, -1, 1, 1]), ops.relu(ops.neg(x))));

/** What every operation of an edge but `none` gives. */
function operations(x: Tensor, stride: number, own: readonly Tensor[]): Record<string, Tensor> {
  const parameters = [...own];
  const next = (): Tensor => parameters.shift() as Tensor;
  const channels = x.shape[1] ?? 1;
  const chain = (active: Tensor, kernel: number): Tensor =>
    ops.conv2d(ops.conv2d(active, next(), null, stride, (kernel - 1) / 2, 1, channels), next());
  const skip = (): Tensor => {
    if (stride === 1) return x;
    const active = prelu(x, next());
    const here = chain(active, 1);
    return normed(ops.cat([here, chain(ops.slice(ops.slice(active, 2, 1), 3, 1), 1)], 1));
  };
  return {
    max_pool_3x3: normed(ops.maxPool2d(x, 3, stride, 1)),
    avg_pool_3x3: normed(ops.avgPool2d(x, 3, stride, 1, false, false)),
    skip_connect: skip(),
    ...Object.fromEntries(
      filters.map((kernel) => [`dw_conv_${kernel}x${kernel}`, normed(chain(prelu(x, next()), kernel))]),
    ),
  };
}

/** A mixed cell by stock operators, edge by edge. */
export const searchCell: Kernel = {
  settings: [
    { channels: 16, nodes: 2, reduces: 0 },
    { channels: 16, nodes: 2, reduces: 1 },
    { channels: 6, nodes: 1, reduces: 1 },
    { channels: 24, nodes: 3, reduces: 0 },
  ],
  layouts: ['channels_last'],
  inputs: (setting, layout) => {
    const { channels = 1, nodes = 1 } = setting;
    const input = (): Tensor => ops.contiguous(ops.randn([3, channels, 8, 10]), layout);
    const edges = edgesOf(nodes);
    return [
      input(),
      input(),
      ops.randn([edges.length, ops.searchCellOperations.length]),
      ...edges.flatMap(([, source]) => parametersOf(source, setting)),
    ];
  },
  fused: ([before, last, mixing, ...parameters], setting) => {
    const { channels = 1, nodes = 1, reduces = 0 } = setting;
    const norms = edgesOf(nodes).reduce((sum, [, source]) => sum + (strided(source, setting) ? 7 : 6), 0);
    const statistics = Array.from({ length: 2 * norms }, () => ops.zeros([channels]));
    return ops.searchCell(
      before as Tensor,
      last as Tensor,
      mixing as Tensor,
      parameters,
      statistics,
      reduces === 1,
      0.1,
      1e-5,
    );
  },
  stock: ([before, last, mixing, ...parameters], setting) => {
    const states = [before as Tensor, last as Tensor];
    const left = [...parameters];
    for (const [edge, [node, source]] of edgesOf(setting.nodes ?? 1).entries()) {
      const own = left.splice(0, strided(source, setting) ? 17 : 12);
      const shares = ops.reshape(ops.slice(mixing as Tensor, 0, edge, edge + 1), [-1]);
      const terms = operations(states[source] as Tensor, strided(source, setting) ? 2 : 1, own);
      for (const [k, name] of ops.searchCellOperations.entries()) {
        const term = terms[name];
        if (!term) continue; // none
        const share = ops.mul(term, ops.slice(shares, 0, k, k + 1));
        const sum = states[node + 2];
        states[node + 2] = sum ? ops.add(sum, share) : share;
      }
    }
    return ops.cat(states.slice(2), 1);
  },
  tolerance: 2e-4,
};

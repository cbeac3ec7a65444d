import { nn, ops, type Tensor } from '@pocketnet/torch';

/**
 * What a network is made of. A network is written once, against this interface, and read in several ways: `execute` runs it,
 * `count` measures it, the exporter turns it into a graph. V is what flows along its edges: a tensor, a shape, a name.
 */
export interface Interpreter<V> {
  conv(x: V, layer: nn.Conv2d): V;
  norm(x: V, layer: nn.BatchNorm): V;
  prelu(x: V, layer: nn.PReLU): V;
  relu(x: V): V;
  /** min(max(x, 0), 6). */
  relu6(x: V): V;
  maxPool(x: V, layer: nn.MaxPool2d): V;
  avgPool(x: V, layer: nn.AvgPool2d): V;
  add(a: V, b: V): V;
  concat(parts: readonly V[]): V;
  /** Without its first row and column: x[:, :, 1:, 1:]. */
  shift(x: V): V;
  /** [N, C, side, side] to [N, C · side²], channel by channel; a side of 1 unless said. */
  flatten(x: V, side?: number): V;
  /** Of [N, in] to [N, out]. */
  linear(x: V, layer: nn.Linear): V;
  /** PReLU → depthwise → pointwise → batch-norm (→ + addend) as one, by a reader that has better than the chain; else undefined. */
  separable?(x: V, layers: SeparableLayers, addend?: V): V | undefined;
  /** A FactorizedReduce as one, by a reader that has better than its layers; else undefined. */
  halve?(x: V, layers: HalvingLayers): V | undefined;
}

/** The layers of the operation that PocketNets are made of. */
export type SeparableLayers = readonly [
  prelu: nn.PReLU,
  depthwise: nn.Conv2d,
  pointwise: nn.Conv2d,
  norm: nn.BatchNorm2d,
];

type HalfOfChannels = readonly [depthwise: nn.Conv2d, pointwise: nn.Conv2d];

/** The layers of a FactorizedReduce: each pair of convolutions makes half of the channels, the second of the pixels one further. */
export interface HalvingLayers {
  prelu: nn.PReLU;
  pairs: readonly [HalfOfChannels, HalfOfChannels];
  norm: nn.BatchNorm2d;
}

/** What takes one value and makes one, written once for every reader. */
export interface Readable {
  read<V>(x: V, by: Interpreter<V>): V;
}

/** A part of a network that takes one value. */
export abstract class Block extends nn.Module implements Readable {
  abstract read<V>(x: V, by: Interpreter<V>): V;

  /** Whether `readOnto` costs no more than `read`, so that a sum had better end in this block. */
  get addsForNothing(): boolean {
    return false;
  }

  /** As `read`, added to another value. */
  readOnto<V>(addend: V, x: V, by: Interpreter<V>): V {
    return by.add(addend, this.read(x, by));
  }

  forward(x: Tensor): Tensor {
    return this.read(x, execute);
  }
}

/** Runs a network on libtorch. */
export const execute: Interpreter<Tensor> = {
  conv: (x, layer) => layer.forward(x),
  norm: (x, layer) => layer.forward(x),
  prelu: (x, layer) => layer.forward(x),
  relu: (x) => ops.relu(x),
  relu6: (x) => ops.relu6(x),
  maxPool: (x, layer) => layer.forward(x),
  avgPool: (x, layer) => layer.forward(x),
  add: (a, b) => ops.add(a, b),
  concat: (parts) => ops.concat(parts),
  shift: (x) => ops.slice(ops.slice(x, 2, 1), 3, 1),
  flatten: (x, side = 1) => {
    const [, , height = 0, width = 0] = x.shape;
    if (height !== side || width !== side) {
      const fault = height < side || width < side ? 'smaller' : 'larger';
      throw new Error(
        `A map of ${height} × ${width} is left of the image, not of ${side} × ${side}: it is ${fault} than the network's input.`,
      );
    }
    return ops.flatten(x, 1);
  },
  linear: (x, layer) => layer.forward(x),
  separable: (x, [prelu, depthwise, pointwise, norm], addend) => {
    if (depthwise.kernel === 1 && depthwise.stride > 1) return undefined;
    if (norm.training && norm.synchronised !== null) return undefined; // the kernel knows this process's statistics only
    if (!ops.fitsChannelsLast(x) || (addend !== undefined && !ops.fitsChannelsLast(addend))) return undefined;
    norm.countBatch();
    return ops.separable(
      x,
      prelu.weight,
      depthwise.weight,
      pointwise.weight,
      norm.weight,
      norm.bias,
      norm.running_mean,
      norm.running_var,
      addend,
      norm.training,
      norm.momentum,
      norm.eps,
      depthwise.stride,
      depthwise.padding,
    );
  },
};

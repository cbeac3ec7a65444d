import { nn, ops, type Tensor } from '@pocketnet/torch';

/**
 * What a network is made of. A network is written once, against this interface, and read in several ways: `execute` runs it,
 * `count` measures it, the exporter turns it into a graph. V is what flows along its edges: a tensor, a shape, a name.
 */
export interface Interpreter<V> {
  conv(x: V, layer: nn.Conv2d): V;
  norm(x: V, layer: nn.BatchNorm2d): V;
  prelu(x: V, layer: nn.PReLU): V;
  maxPool(x: V, layer: nn.MaxPool2d): V;
  avgPool(x: V, layer: nn.AvgPool2d): V;
  add(a: V, b: V): V;
  concat(parts: readonly V[]): V;
  /** Without its first row and column: x[:, :, 1:, 1:]. */
  shift(x: V): V;
  /** [N, C, 1, 1] to [N, C]. */
  flatten(x: V): V;
  /** PReLU → depthwise → pointwise → batch-norm (→ + addend) as one, by a reader that has better than the chain; else undefined. */
  separable?(x: V, layers: SeparableLayers, addend?: V): V | undefined;
}

/** The layers of the operation that PocketNets are made of. */
export type SeparableLayers = readonly [
  prelu: nn.PReLU,
  depthwise: nn.Conv2d,
  pointwise: nn.Conv2d,
  norm: nn.BatchNorm2d,
];

/** A part of a network that takes one value. */
export abstract class Block extends nn.Module {
  abstract read<V>(x: V, by: Interpreter<V>): V;

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
  maxPool: (x, layer) => layer.forward(x),
  avgPool: (x, layer) => layer.forward(x),
  add: (a, b) => ops.add(a, b),
  concat: (parts) => ops.concat(parts),
  shift: (x) => ops.slice(ops.slice(x, 2, 1), 3, 1),
  flatten: (x) => {
    const [, channels, height, width] = x.shape;
    if (height !== 1 || width !== 1) {
      const map = `${height} × ${width}`;
      throw new Error(
        `A map of ${map} is left of the image, not one embedding of ${channels}: it is larger than the network's input.`,
      );
    }
    return ops.flatten(x, 1);
  },
  separable: (x, [prelu, depthwise, pointwise, norm], addend) => {
    if (depthwise.kernel === 1 && depthwise.stride > 1) return undefined;
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

import { nn } from '@pocketnet/torch';
import { Block, type Interpreter, type SeparableLayers } from '../networks/interpreter.js';
import { depthwise, pointwise } from '../networks/layers.js';
import type { PrimitiveName } from './genotype.js';

/** PReLU → depthwise k×k → pointwise → batch-norm: the paper's dw_conv_k, and with k = 1 the pre-processing of a cell's inputs. */
export class SeparableConv extends Block {
  readonly net: nn.Sequential;
  readonly #layers: SeparableLayers;

  constructor(inChannels: number, outChannels: number, kernel: number, stride: number, affine: boolean) {
    super();
    this.#layers = [
      new nn.PReLU(inChannels),
      depthwise(inChannels, kernel, stride),
      pointwise(inChannels, outChannels),
      new nn.BatchNorm2d(outChannels, { affine }),
    ];
    this.net = new nn.Sequential(...this.#layers);
  }

  read<V>(x: V, by: Interpreter<V>): V {
    return by.separable?.(x, this.#layers) ?? this.#chain(x, by);
  }

  override readOnto<V>(addend: V, x: V, by: Interpreter<V>): V {
    return by.separable?.(x, this.#layers, addend) ?? by.add(addend, this.#chain(x, by));
  }

  #chain<V>(x: V, by: Interpreter<V>): V {
    const [prelu, spatial, mixing, norm] = this.#layers;
    return by.norm(by.conv(by.conv(by.prelu(x, prelu), spatial), mixing), norm);
  }
}

/** 3×3 max or mean, then batch-norm. */
export class PoolNorm extends Block {
  readonly bn: nn.BatchNorm2d;
  readonly #pool: nn.MaxPool2d | nn.AvgPool2d;

  constructor(kind: 'max' | 'avg', channels: number, stride: number, affine: boolean) {
    super();
    this.#pool = kind === 'max' ? new nn.MaxPool2d(3, stride, 1) : new nn.AvgPool2d(3, stride, 1);
    this.bn = new nn.BatchNorm2d(channels, { affine });
  }

  read<V>(x: V, by: Interpreter<V>): V {
    const pooled = this.#pool instanceof nn.MaxPool2d ? by.maxPool(x, this.#pool) : by.avgPool(x, this.#pool);
    return by.norm(pooled, this.bn);
  }
}

/** Halves the size without losing pixels: two strided halves of the channels, the second seeing the input one pixel further. */
export class FactorizedReduce extends Block {
  readonly relu: nn.PReLU;
  readonly conv11: nn.Conv2d;
  readonly conv12: nn.Conv2d;
  readonly conv21: nn.Conv2d;
  readonly conv22: nn.Conv2d;
  readonly bn: nn.BatchNorm2d;

  constructor(inChannels: number, outChannels: number, affine: boolean) {
    super();
    this.relu = new nn.PReLU(inChannels);
    this.conv11 = depthwise(inChannels, 1, 2);
    this.conv12 = pointwise(inChannels, outChannels / 2);
    this.conv21 = depthwise(inChannels, 1, 2);
    this.conv22 = pointwise(inChannels, outChannels / 2);
    this.bn = new nn.BatchNorm2d(outChannels, { affine });
  }

  read<V>(x: V, by: Interpreter<V>): V {
    const active = by.prelu(x, this.relu);
    const here = by.conv(by.conv(active, this.conv11), this.conv12);
    const shifted = by.conv(by.conv(by.shift(active), this.conv21), this.conv22);
    return by.norm(by.concat([here, shifted]), this.bn);
  }
}

export class Skip extends Block {
  read<V>(x: V): V {
    return x;
  }
}

type PrimitiveMaker = (channels: number, stride: number, affine: boolean) => Block;

const separable =
  (kernel: number): PrimitiveMaker =>
  (channels, stride, affine) =>
    new SeparableConv(channels, channels, kernel, stride, affine);

/** The operations of a discrete cell. `none` never survives a search, so it has no place here. */
export const primitives: Readonly<Record<Exclude<PrimitiveName, 'none'>, PrimitiveMaker>> = {
  max_pool_3x3: (channels, stride, affine) => new PoolNorm('max', channels, stride, affine),
  avg_pool_3x3: (channels, stride, affine) => new PoolNorm('avg', channels, stride, affine),
  skip_connect: (channels, stride, affine) =>
    stride === 1 ? new Skip() : new FactorizedReduce(channels, channels, affine),
  dw_conv_3x3: separable(3),
  dw_conv_5x5: separable(5),
  dw_conv_7x7: separable(7),
  dw_conv_1x1: separable(1),
};

import { nn } from '@pocketnet/torch';
import { Block, type Interpreter, type SeparableLayers } from '../interpreter.js';
import { depthwise, pointwise } from '../layers.js';
import type { Primitive } from './primitive.js';

/** PReLU → depthwise k×k → pointwise → batch-norm: the paper's dw_conv_k, and with k = 1 the pre-processing of a cell's inputs. */
export class SeparableConv extends Block {
  readonly net: nn.Sequential;
  readonly #layers: SeparableLayers;

  /** @param groups of the pointwise convolution */
  constructor(
    inChannels: number,
    outChannels: number,
    kernel: number,
    stride: number,
    affine: boolean,
    readonly groups = 1,
  ) {
    super();
    this.#layers = [
      new nn.PReLU(inChannels),
      depthwise(inChannels, kernel, stride),
      pointwise(inChannels, outChannels, groups),
      new nn.BatchNorm2d(outChannels, { affine }),
    ];
    this.net = new nn.Sequential(...this.#layers);
  }

  override get addsForNothing(): boolean {
    return this.groups === 1;
  }

  read<V>(x: V, by: Interpreter<V>): V {
    return this.#whole(x, by) ?? this.#chain(x, by);
  }

  override readOnto<V>(addend: V, x: V, by: Interpreter<V>): V {
    return this.#whole(x, by, addend) ?? by.add(addend, this.#chain(x, by));
  }

  /** By a reader that has better than the chain, which knows no groups. */
  #whole<V>(x: V, by: Interpreter<V>, addend?: V): V | undefined {
    return this.groups === 1 ? by.separable?.(x, this.#layers, addend) : undefined;
  }

  #chain<V>(x: V, by: Interpreter<V>): V {
    const [prelu, spatial, mixing, norm] = this.#layers;
    return by.norm(by.conv(by.conv(by.prelu(x, prelu), spatial), mixing), norm);
  }
}

const separable = (kernel: number): Primitive => ({
  name: `dw_conv_${kernel}x${kernel}`,
  make: (channels, stride, affine) => new SeparableConv(channels, channels, kernel, stride, affine),
});

export const [dwConv3, dwConv5, dwConv7, dwConv1] = [separable(3), separable(5), separable(7), separable(1)] as const;

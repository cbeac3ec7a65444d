import { nn } from '@pocketnet/torch';
import { Block, type HalvingLayers, type Interpreter } from './interpreter.js';
import { depthwise, pointwise } from './layers.js';

/**
 * Halves the size without losing pixels: two strided halves of the channels, the second seeing the input one pixel further. The map's
 * sides must be even.
 */
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
    const { relu, conv11, conv12, conv21, conv22, bn } = this;
    const pairs: HalvingLayers['pairs'] = [
      [conv11, conv12],
      [conv21, conv22],
    ];
    return by.halve?.(x, { prelu: relu, pairs, norm: bn }) ?? this.#chain(x, by);
  }

  #chain<V>(x: V, by: Interpreter<V>): V {
    const active = by.prelu(x, this.relu);
    const here = by.conv(by.conv(active, this.conv11), this.conv12);
    const shifted = by.conv(by.conv(by.shift(active), this.conv21), this.conv22);
    return by.norm(by.concat([here, shifted]), this.bn);
  }
}

import { Block, type Interpreter, type Primitive, primitives } from '@pocketnet/lab';
import { nn } from '@pocketnet/torch';

/** ReLU → 3×3 convolution over all channels → batch-norm. */
class PlainConv extends Block {
  readonly conv: nn.Conv2d;
  readonly bn: nn.BatchNorm2d;

  constructor(channels: number, stride: number, affine: boolean) {
    super();
    this.conv = new nn.Conv2d(channels, channels, 3, { stride, padding: 1 });
    this.bn = new nn.BatchNorm2d(channels, { affine });
  }

  read<V>(x: V, by: Interpreter<V>): V {
    return by.norm(by.conv(by.relu(x), this.conv), this.bn);
  }
}

export const plainConv: Primitive = {
  name: 'plain_conv_3x3',
  make: (channels, stride, affine) => new PlainConv(channels, stride, affine),
};

primitives.add(plainConv);

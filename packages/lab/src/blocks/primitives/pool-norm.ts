import { nn } from '@pocketnet/torch';
import { Block, type Interpreter } from '../interpreter.js';
import type { Primitive } from './primitive.js';

/** 3×3 max or mean, then batch-norm. */
class PoolNorm extends Block {
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

const pool = (kind: 'max' | 'avg'): Primitive => ({
  name: `${kind}_pool_3x3`,
  make: (channels, stride, affine) => new PoolNorm(kind, channels, stride, affine),
});

export const [maxPool3, avgPool3] = [pool('max'), pool('avg')] as const;

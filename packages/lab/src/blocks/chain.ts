import { nn } from '@pocketnet/torch';
import { Block, type Interpreter } from './interpreter.js';

type Layer = nn.Conv2d | nn.BatchNorm2d | nn.PReLU;

/** Layers one after the other, under their numbers, as in PyTorch's Sequential. */
export class Chain extends Block {
  readonly #layers: readonly Layer[];

  constructor(layers: readonly Layer[]) {
    super();
    this.#layers = layers;
  }

  override *children(): Generator<[string, nn.Module]> {
    for (const [i, layer] of this.#layers.entries()) yield [String(i), layer];
  }

  read<V>(x: V, by: Interpreter<V>): V {
    return this.#layers.reduce((value, layer) => {
      if (layer instanceof nn.Conv2d) return by.conv(value, layer);
      return layer instanceof nn.PReLU ? by.prelu(value, layer) : by.norm(value, layer);
    }, x);
  }
}

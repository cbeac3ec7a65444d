import { keep, noGrad, ops, scope, type Tensor } from '@pocketnet/torch';
import type { Block } from '../blocks/index.js';

/**
 * The running mean of a network's weights and running statistics, w̄ ← d·w̄ + (1 − d)·w after every step: it ripples less than the weights
 * themselves and recognises better (Polyak and Juditsky 1992). At first d is (1 + t) / (10 + t), so that the untrained weights are soon
 * forgotten. Counts are taken over as they are.
 */
export class WeightAverage {
  readonly #network: Block;
  readonly #decay: number;
  readonly #mean: ReadonlyMap<string, Tensor>;

  /** @param decay d, from 0 up to but not 1 */
  constructor(network: Block, decay: number) {
    this.#network = network;
    this.#decay = decay;
    this.#mean = copiesOf(network.stateDict());
  }

  /** @param step how many steps are done, this one included */
  update(step: number): void {
    const decay = Math.min(this.#decay, (1 + step) / (10 + step));
    scope(() =>
      noGrad(() => {
        const pairs = [...this.#network.stateDict()].map(
          ([name, value]) => [this.#mean.get(name) as Tensor, value] as const,
        );
        const floats = pairs.filter(([, value]) => value.dtype === 'float32');
        const means = floats.map(([mean]) => mean);
        ops.mulScalarToAll_(means, decay);
        ops.addToAll_(
          means,
          floats.map(([, value]) => value),
          1 - decay,
        );
        for (const [mean, value] of pairs) if (value.dtype !== 'float32') ops.copy_(mean, value);
      }),
    );
  }

  /** Runs a body while the network has its mean weights, and gives it its own back, to the bit. */
  async during<T>(body: () => T | Promise<T>): Promise<T> {
    const own = copiesOf(this.#network.stateDict());
    scope(() => this.#network.loadStateDict(this.#mean));
    try {
      return await body();
    } finally {
      scope(() => this.#network.loadStateDict(own));
      for (const copy of own.values()) copy.dispose();
    }
  }

  /** The mean by the names of the network's state dict. */
  stateDict(): Map<string, Tensor> {
    return new Map(this.#mean);
  }

  loadStateDict(values: ReadonlyMap<string, Tensor>): void {
    scope(() =>
      noGrad(() => {
        for (const [name, mean] of this.#mean) {
          const value = values.get(name);
          if (!value) throw new Error(`The mean weights lack "${name}".`);
          ops.copy_(mean, value);
        }
      }),
    );
  }

  dispose(): void {
    for (const mean of this.#mean.values()) mean.dispose();
  }
}

/** Held until they are disposed of. */
const copiesOf = (state: ReadonlyMap<string, Tensor>): Map<string, Tensor> =>
  noGrad(() => new Map(Array.from(state, ([name, value]) => [name, keep(ops.clone(value))])));

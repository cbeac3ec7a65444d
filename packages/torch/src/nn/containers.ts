import { flatten } from '../ops.js';
import type { Tensor } from '../tensor.js';
import { Module } from './module.js';

/** Modules that are numbered: `0`, `1`, … */
export class ModuleList<M extends Module = Module> extends Module {
  readonly #items: M[];

  constructor(items: Iterable<M>) {
    super();
    this.#items = [...items];
  }

  get length(): number {
    return this.#items.length;
  }

  override *children(): Generator<[string, Module]> {
    for (const [i, item] of this.#items.entries()) yield [String(i), item];
  }

  [Symbol.iterator](): Iterator<M> {
    return this.#items[Symbol.iterator]();
  }

  forward(): Tensor {
    throw new Error('A ModuleList only holds modules; the module around it says how they are used.');
  }
}

/** Modules applied one after the other. */
export class Sequential extends Module {
  readonly #layers: Module[];

  constructor(...layers: Module[]) {
    super();
    this.#layers = layers;
  }

  override *children(): Generator<[string, Module]> {
    for (const [i, layer] of this.#layers.entries()) yield [String(i), layer];
  }

  forward(input: Tensor): Tensor {
    return this.#layers.reduce((value, layer) => layer.forward(value), input);
  }
}

export class Identity extends Module {
  forward(input: Tensor): Tensor {
    return input;
  }
}

/** Everything after the batch dimension in one. */
export class Flatten extends Module {
  forward(input: Tensor): Tensor {
    return flatten(input, 1);
  }
}

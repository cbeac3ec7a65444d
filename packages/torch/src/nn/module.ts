import { noGrad } from '../autograd.js';
import type { Dtype } from '../dtype.js';
import * as ops from '../ops.js';
import { type HoldsTensors, keep, surrender } from '../scope.js';
import { Tensor } from '../tensor.js';

/** A tensor that training changes. Held until disposed of: a scope does not free it. */
export class Parameter extends Tensor {
  constructor(value: Tensor, requiresGrad = true) {
    super(surrender(noGrad(() => ops.clone(value))));
    keep(this);
    this.requiresGrad = requiresGrad;
  }
}

/** A tensor that belongs to a module's state but is not trained, such as running statistics. */
export class Buffer extends Tensor {
  constructor(value: Tensor) {
    super(surrender(noGrad(() => ops.clone(value))));
    keep(this);
  }
}

/** A state dict: names as PyTorch writes them, e.g. `cells.0.preproc0.net.1.weight`. */
export type StateDict = Map<string, Tensor>;

/**
 * A part of a network. Its parameters, buffers and children are its own enumerable properties, in the order of their
 * declaration; their names and order are therefore PyTorch's if the properties are.
 */
export abstract class Module implements HoldsTensors {
  training = true;

  abstract forward(input: Tensor): Tensor;

  /** Child modules by name. Containers override it, since their children are numbered. */
  *children(): Generator<[name: string, module: Module]> {
    for (const [name, value] of Object.entries(this)) if (value instanceof Module) yield [name, value];
  }

  /** This module and all below it, depth first, each with its path; the root's is empty. */
  *modules(path = ''): Generator<[path: string, module: Module]> {
    yield [path, this];
    for (const [name, child] of this.children()) yield* child.modules(path === '' ? name : `${path}.${name}`);
  }

  *namedParameters(): Generator<[name: string, parameter: Parameter]> {
    for (const [path, module] of this.modules()) {
      for (const [name, value] of Object.entries(module)) {
        if (value instanceof Parameter) yield [path === '' ? name : `${path}.${name}`, value];
      }
    }
  }

  parameters(): Parameter[] {
    return Array.from(this.namedParameters(), ([, parameter]) => parameter);
  }

  /** Parameters and buffers, in PyTorch's order: a module's parameters, then its buffers, then its children's. */
  stateDict(): StateDict {
    const state: StateDict = new Map();
    for (const [path, module] of this.modules()) {
      const prefix = path === '' ? '' : `${path}.`;
      const own = Object.entries(module);
      for (const [name, value] of own) if (value instanceof Parameter) state.set(prefix + name, value);
      for (const [name, value] of own) if (value instanceof Buffer) state.set(prefix + name, value);
    }
    return state;
  }

  /**
   * Copies values in by name.
   * @throws an Error that lists what is missing, unknown or of another shape; nothing is changed then
   */
  loadStateDict(values: ReadonlyMap<string, Tensor>): void {
    if (!(values instanceof Map))
      throw new Error('A state dict is a Map from names to tensors, such as loadTensors returns.');
    const state = this.stateDict();
    const missing = [...state.keys()].filter((name) => !values.has(name));
    const unknown = [...values.keys()].filter((name) => !state.has(name));
    const misshapen = [...values].filter(([name, value]) => {
      const own = state.get(name);
      return own !== undefined && own.shape.join() !== value.shape.join();
    });
    const complaints = [
      listed('missing', missing),
      listed('unknown', unknown),
      listed(
        'of another shape',
        misshapen.map(([name, value]) => `${name} [${value.shape}] for [${state.get(name)?.shape}]`),
      ),
    ].filter((text) => text !== '');
    if (complaints.length > 0) {
      throw new Error(`These weights do not fit this network: ${complaints.join('; ')}. Is the network's name right?`);
    }
    noGrad(() => {
      for (const [name, own] of state) ops.copy_(own, values.get(name) as Tensor); // present: nothing was missing above
    });
  }

  /** Switches batch-norm between the batch's statistics (training) and the running ones. */
  train(training = true): this {
    for (const [, module] of this.modules()) module.training = training;
    return this;
  }

  eval(): this {
    return this.train(false);
  }

  /** Moves or converts every floating-point parameter and buffer; integers keep their type. */
  to(target: { device?: string; dtype?: Dtype }): this {
    for (const [, module] of this.modules()) {
      for (const [name, value] of Object.entries(module)) {
        if (!(value instanceof Parameter || value instanceof Buffer)) continue;
        const dtype = value.dtype.includes('float') ? (target.dtype ?? value.dtype) : value.dtype;
        const moved = noGrad(() => ops.toDevice(value, target.device ?? value.device, dtype));
        const replacement = value instanceof Parameter ? new Parameter(moved, value.requiresGrad) : new Buffer(moved);
        (module as unknown as Record<string, unknown>)[name] = replacement;
        moved.dispose();
        value.dispose();
      }
    }
    return this;
  }

  heldTensors(): Iterable<Tensor> {
    return this.stateDict().values();
  }

  /** Frees every parameter and buffer. */
  dispose(): void {
    for (const tensor of this.heldTensors()) tensor.dispose();
  }
}

function listed(what: string, names: readonly string[]): string {
  if (names.length === 0) return '';
  const shown = names.slice(0, 3).join(', ');
  return `${names.length} ${what} (${shown}${names.length > 3 ? ', …' : ''})`;
}

import type { AttributeLike, GraphBuilder } from '@pocketnet/onnx';
import { type nn, ops, scope, type Tensor } from '@pocketnet/torch';
import type { Block, Interpreter } from '../blocks/index.js';

/** Slices to the end, however far that is. */
const end = 2n ** 63n - 1n;

/**
 * Reads a network with names of values in place of tensors, and adds a node to the graph for each step. Nothing is optimised:
 * one layer is one node, named by the layer's path, and its tensors are initialisers under their names in the state dict.
 */
export class Emitter implements Interpreter<string> {
  readonly #builder: GraphBuilder;
  readonly #paths: ReadonlyMap<nn.Module, string>;
  readonly #counts = new Map<string, number>();
  readonly #made = new Set<string>();

  constructor(network: Block, builder: GraphBuilder) {
    this.#builder = builder;
    this.#paths = new Map(Array.from(network.modules(), ([path, module]) => [module, path]));
  }

  conv: Interpreter<string>['conv'] = (x, layer) => {
    const path = this.#path(layer);
    const inputs = [x, this.#initializer(`${path}.weight`, layer.weight)];
    if (layer.bias) inputs.push(this.#initializer(`${path}.bias`, layer.bias));
    return this.#node('Conv', path, inputs, { ...window(layer), group: layer.groups });
  };

  norm: Interpreter<string>['norm'] = (x, layer) => {
    const path = this.#path(layer);
    const { weight, bias, channels, running_mean, running_var, eps } = layer;
    return this.#node(
      'BatchNormalization',
      path,
      [
        x,
        weight ? this.#initializer(`${path}.weight`, weight) : this.#constant(`${path}.weight`, channels, 1),
        bias ? this.#initializer(`${path}.bias`, bias) : this.#constant(`${path}.bias`, channels, 0),
        this.#initializer(`${path}.running_mean`, running_mean),
        this.#initializer(`${path}.running_var`, running_var),
      ],
      { epsilon: eps },
    );
  };

  prelu: Interpreter<string>['prelu'] = (x, layer) => {
    const path = this.#path(layer);
    // One slope a channel: [C, 1, 1], since ONNX lines shapes up from the right.
    return this.#node('PRelu', path, [x, this.#initializer(`${path}.weight`, layer.weight, [layer.channels, 1, 1])]);
  };

  relu: Interpreter<string>['relu'] = (x) => this.#node('Relu', this.#numbered('relu'), [x]);

  relu6: Interpreter<string>['relu6'] = (x) =>
    this.#node('Clip', this.#numbered('relu6'), [x, this.#scalar('relu6.min', 0), this.#scalar('relu6.max', 6)]);

  maxPool: Interpreter<string>['maxPool'] = (x, layer) =>
    this.#node('MaxPool', this.#numbered('max_pool'), [x], window(layer));

  avgPool: Interpreter<string>['avgPool'] = (x, layer) =>
    this.#node('AveragePool', this.#numbered('avg_pool'), [x], { ...window(layer), count_include_pad: 0 });

  add: Interpreter<string>['add'] = (a, b) => this.#node('Add', this.#numbered('add'), [a, b]);

  concat: Interpreter<string>['concat'] = (parts) => this.#node('Concat', this.#numbered('concat'), parts, { axis: 1 });

  shift: Interpreter<string>['shift'] = (x) =>
    this.#node('Slice', this.#numbered('shift'), [
      x,
      this.#indices('shift.starts', [1n, 1n]),
      this.#indices('shift.ends', [end, end]),
      this.#indices('shift.axes', [2n, 3n]),
    ]);

  flatten: Interpreter<string>['flatten'] = (x) => this.#node('Flatten', this.#numbered('flatten'), [x], { axis: 1 });

  linear: Interpreter<string>['linear'] = (x, layer) => {
    const path = this.#path(layer);
    const inputs = [x, this.#initializer(`${path}.weight`, layer.weight)];
    if (layer.bias) inputs.push(this.#initializer(`${path}.bias`, layer.bias));
    return this.#node('Gemm', path, inputs, { transB: 1 });
  };

  #node(op: string, name: string, inputs: readonly string[], attributes: Record<string, AttributeLike> = {}): string {
    return this.#builder.node(op, inputs, attributes, { name });
  }

  #path(layer: nn.Module): string {
    const path = this.#paths.get(layer);
    if (path === undefined)
      throw new Error('The network reads a layer that is none of its own: assign it to a property.');
    return path;
  }

  /** What has no tensors has no path of its own either, and is counted. */
  #numbered(kind: string): string {
    const count = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, count);
    return `${kind}.${count}`;
  }

  #initializer(name: string, tensor: Tensor, shape = tensor.shape): string {
    const values = new Float32Array(scope(() => ops.toDevice(tensor, 'cpu', 'float32').toFloat32()));
    return this.#once(name, () => this.#builder.initializer(name, 'float32', shape, values));
  }

  #constant(name: string, length: number, value: number): string {
    return this.#once(name, () =>
      this.#builder.initializer(name, 'float32', [length], new Float32Array(length).fill(value)),
    );
  }

  #scalar(name: string, value: number): string {
    return this.#once(name, () => this.#builder.initializer(name, 'float32', [], Float32Array.of(value)));
  }

  #indices(name: string, values: readonly bigint[]): string {
    return this.#once(name, () =>
      this.#builder.initializer(name, 'int64', [values.length], BigInt64Array.from(values)),
    );
  }

  /** A tensor that several steps use is one initialiser. */
  #once(name: string, add: () => string): string {
    if (!this.#made.has(name)) this.#made.add(add());
    return name;
  }
}

/** Kernel, strides and symmetric padding of a layer that slides a square window. */
const window = ({
  kernel,
  stride,
  padding,
}: {
  kernel: number;
  stride: number;
  padding: number;
}): Record<string, AttributeLike> => ({
  kernel_shape: [kernel, kernel],
  strides: [stride, stride],
  pads: [padding, padding, padding, padding],
});

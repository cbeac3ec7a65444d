import { type AttributeLike, attribute } from './attribute.js';
import { checkGraph } from './check.js';
import type { DataOf, Dtype } from './dtype.js';
import { type Dim, emptyGraph, type Graph } from './graph.js';
import { tensor } from './tensor.js';

export interface NodeOptions {
  /** Name of the node; unless said, the op and a number. Made unique by a suffix if taken. */
  readonly name?: string;
  readonly domain?: string;
  /** Name of the (first) output, used as it is; unless said, the node's name with `.out`. */
  readonly output?: string;
}

/**
 * Writes a graph from top to bottom. Values are handed on by their names:
 *
 *     const b = new GraphBuilder('net');
 *     const x = b.input('image', 'float32', ['batch', 3, 112, 112]);
 *     const w = b.initializer('stem.weight', 'float32', [16, 3, 3, 3], weights);
 *     const y = b.node('Conv', [x, w], { strides: [2, 2], pads: [1, 1, 1, 1] });
 *     b.output(b.node('Relu', [y], {}, { output: 'features' }), 'float32', ['batch', 16, 56, 56]);
 *     const graph = b.build();
 */
export class GraphBuilder {
  readonly #graph: Graph;
  readonly #values = new Set<string>();
  readonly #nodeNames = new Set<string>();
  readonly #opCounts = new Map<string, number>();

  constructor(name = 'graph') {
    this.#graph = emptyGraph(name);
  }

  /** Declares an input of the graph; a string in its shape is a size that each run decides. */
  input(name: string, dtype: Dtype, shape: readonly Dim[]): string {
    this.#define(name);
    this.#graph.inputs.push({ name, dtype, shape: [...shape] });
    return name;
  }

  /** Adds a constant. */
  initializer<D extends Dtype>(name: string, dtype: D, shape: readonly number[], data: DataOf<D>): string {
    this.#define(name);
    try {
      this.#graph.initializers.set(name, tensor(dtype, shape, data));
    } catch (error) {
      throw new Error(`Initialiser "${name}": ${error instanceof Error ? error.message : error}`);
    }
    return name;
  }

  /** Adds a node with one output and returns that output's name. An empty input name leaves an optional input out. */
  node(
    op: string,
    inputs: readonly string[],
    attributes: Record<string, AttributeLike> = {},
    options: NodeOptions = {},
  ): string {
    return this.nodeWithOutputs(op, inputs, 1, attributes, options)[0] ?? '';
  }

  /** Adds a node with several outputs and returns their names. */
  nodeWithOutputs(
    op: string,
    inputs: readonly string[],
    count: number,
    attributes: Record<string, AttributeLike> = {},
    options: NodeOptions = {},
  ): string[] {
    const name = unique(options.name ?? this.#numbered(op), this.#nodeNames);
    for (const input of inputs) {
      if (input !== '' && !this.#values.has(input))
        throw new Error(
          `Node "${name}" (${op}) uses the value "${input}", which no earlier node produces. Add that node first.`,
        );
    }
    const outputs = Array.from({ length: count }, (_, i) => {
      if (i === 0 && options.output !== undefined) return this.#define(options.output);
      return unique(`${name}.out${i === 0 ? '' : i + 1}`, this.#values);
    });
    this.#graph.nodes.push({
      op,
      domain: options.domain ?? '',
      name,
      inputs: [...inputs],
      outputs,
      attributes: new Map(Object.entries(attributes).map(([key, value]) => [key, attribute(key, value)])),
    });
    return outputs;
  }

  /** Declares a value as an output of the graph. */
  output(name: string, dtype: Dtype, shape: readonly Dim[]): this {
    this.#graph.outputs.push({ name, dtype, shape: [...shape] });
    return this;
  }

  /** The finished graph, checked. */
  build(): Graph {
    checkGraph(this.#graph);
    return this.#graph;
  }

  #define(name: string): string {
    if (name === '') throw new Error('A value needs a non-empty name.');
    if (this.#values.has(name)) throw new Error(`The value "${name}" already exists. Give each value its own name.`);
    this.#values.add(name);
    return name;
  }

  #numbered(op: string): string {
    const number = (this.#opCounts.get(op) ?? 0) + 1;
    this.#opCounts.set(op, number);
    return `${op}_${number}`;
  }
}

/** The name itself or, where it is taken, with the first free suffix; taken from then on. */
function unique(name: string, taken: Set<string>): string {
  let free = name;
  for (let i = 2; taken.has(free); i++) free = `${name}_${i}`;
  taken.add(free);
  return free;
}

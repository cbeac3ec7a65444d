import type { Graph, Node } from '../graph/graph.js';
import type { Tensor } from '../graph/tensor.js';
import { type Expression, expression } from './expression.js';
import { OPERATORS } from './operators/index.js';

/** A value of the graph while it is read: planes, a constant, or numbers about shapes (a batch counts as 1). */
export type Value =
  | { readonly kind: 'planes'; readonly of: Expression }
  | { readonly kind: 'constant'; readonly of: Tensor }
  | { readonly kind: 'shape'; readonly of: readonly number[] };

/** One node, as an operator sees it. */
export interface Reading {
  readonly node: Node;
  /** For messages: the node's name and operator. */
  readonly where: string;
  /** What the node's input `index` is; undefined where it is left out. */
  input(index: number): Value | undefined;
  /** Input `index` as planes. @throws an Error where it is none */
  planes(index: number): Expression;
  /** Input `index` as a constant of floats. @throws an Error where it is none */
  floats(index: number): { shape: readonly number[]; data: Float32Array };
  /** Input `index` as whole numbers known before a run. @throws an Error where they are not */
  numbers(index: number): readonly number[];
  int(attribute: string, otherwise: number): number;
  ints(attribute: string): readonly number[] | undefined;
  float(attribute: string, otherwise: number): number;
  text(attribute: string, otherwise: string): string;
  refuse(why: string): never;
}

/** How an operator of ONNX becomes an expression. A new one is a line in a file of `operators/`. */
export type Operator = (reading: Reading) => Value;

/** Reads a graph whose image has the height and width given. @throws an Error that names the node that cannot be compiled, and why */
export function lower(graph: Graph, height: number, width: number): Expression[] {
  const values = new Map<string, Value>();
  const [input, ...others] = graph.inputs.filter(({ name }) => !graph.initializers.has(name));
  if (!input || others.length > 0)
    throw new Error('The engine runs networks of one input, an image; this graph has other ones. Use ONNX Runtime.');
  const channels = input.shape?.[1];
  if (input.dtype !== 'float32' || input.shape?.length !== 4 || typeof channels !== 'number')
    throw new Error(
      `The input "${input.name}" is not [batch, channels, height, width] of float32, as the engine takes.`,
    );
  for (const [name, of] of graph.initializers) values.set(name, { kind: 'constant', of });
  const image = expression({ op: 'image', name: input.name, channels, height, width });
  values.set(input.name, { kind: 'planes', of: image });
  for (const node of graph.nodes) {
    const operator = node.domain === '' ? OPERATORS[node.op] : undefined;
    const reading = readingOf(node, values);
    if (!operator)
      return reading.refuse(
        `is not among the engine's operators (${Object.keys(OPERATORS).sort().join(', ')}). Replace it, or run the model with ONNX Runtime`,
      );
    const [output = '', ...more] = node.outputs;
    if (more.some((name) => name !== '')) reading.refuse('has several outputs, of which the engine makes one');
    values.set(output, operator(reading));
  }
  return graph.outputs.map(({ name }) => {
    const value = values.get(name);
    if (value?.kind !== 'planes') throw new Error(`The output "${name}" does not depend on the image.`);
    return value.of;
  });
}

function readingOf(node: Node, values: ReadonlyMap<string, Value>): Reading {
  const where = `Node "${node.name || node.outputs[0]}" (${node.op})`;
  const refuse = (why: string): never => {
    throw new Error(`${where} ${why}.`);
  };
  const input = (index: number): Value | undefined => values.get(node.inputs[index] ?? '');
  const attribute = (name: string) => node.attributes.get(name);
  return {
    node,
    where,
    input,
    refuse,
    planes(index) {
      const value = input(index);
      return value?.kind === 'planes' ? value.of : refuse(`needs the image, or what was made of it, as input ${index}`);
    },
    floats(index) {
      const value = input(index);
      if (value?.kind !== 'constant' || value.of.dtype !== 'float32')
        return refuse(`needs a constant of float32 as input ${index}`);
      return { shape: value.of.shape, data: value.of.data as Float32Array };
    },
    numbers(index) {
      const value = input(index);
      if (value?.kind === 'shape') return value.of;
      return value?.kind === 'constant'
        ? Array.from(value.of.data, Number)
        : refuse(`needs numbers as input ${index} that no run changes`);
    },
    int(name, otherwise) {
      const found = attribute(name);
      return found?.kind === 'int' ? Number(found.value) : otherwise;
    },
    ints(name) {
      const found = attribute(name);
      return found?.kind === 'ints' ? found.value.map(Number) : undefined;
    },
    float(name, otherwise) {
      const found = attribute(name);
      return found?.kind === 'float' ? found.value : otherwise;
    },
    text(name, otherwise) {
      const found = attribute(name);
      return found?.kind === 'string' ? found.value : otherwise;
    },
  };
}

import type { Graph, Node } from '../graph/graph.js';
import { type Expression, expression } from './expression.js';
import { OPERATORS } from './operators/index.js';
import type { Reading, Value } from './operators/operator.js';

/**
 * Reads a graph whose image has the height and width given.
 *
 * @param open whether other images may come as well
 * @throws an Error that names the node that cannot be compiled, and why
 */
export function lower(graph: Graph, height: number, width: number, open = false): Expression[] {
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
    const reading = readingOf(node, values, open);
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

function readingOf(node: Node, values: ReadonlyMap<string, Value>, open: boolean): Reading {
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
    needSides() {
      if (open)
        refuse('depends on the size of the image, which the model leaves open. Compile it for one: --size 112x112');
    },
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

import { attribute, checkGraph, type Graph, GraphBuilder, type Node, tensor } from '@pocketnet/onnx';
import { describe, expect, it } from 'vitest';
import { smallNetwork } from './graphs.js';

const node = (op: string, inputs: string[], outputs: string[]): Node => ({
  op,
  domain: '',
  name: op.toLowerCase(),
  inputs,
  outputs,
  attributes: new Map(),
});

describe('the graph builder', () => {
  it('hands values on by name and gives every node and value a name of its own', () => {
    const graph = smallNetwork();
    expect(graph.nodes.map(({ op }) => op)).toEqual(['Conv', 'PRelu', 'BatchNormalization', 'Flatten', 'Gemm']);
    const b = new GraphBuilder();
    const x = b.input('Relu_1.out', 'float32', ['n']);
    const names = [x, b.node('Relu', [x]), b.node('Relu', [x]), b.node('Relu', [x], {}, { name: 'Relu_1' })];
    names.push(...b.nodeWithOutputs('Split', [x], 3, { axis: 0, num_outputs: 3 }));
    expect(new Set(names).size).toBe(names.length);
    const nodes = b
      .output(x, 'float32', ['n'])
      .build()
      .nodes.map(({ name }) => name);
    expect(new Set(nodes).size).toBe(nodes.length);
  });

  it('reads plain attribute values as the kinds that ONNX wants', () => {
    expect(attribute('axis', 1)).toEqual({ kind: 'int', value: 1 });
    expect(attribute('epsilon', 1)).toEqual({ kind: 'float', value: 1 });
    expect(attribute('to', 0.5)).toEqual({ kind: 'float', value: 0.5 });
    expect(attribute('epsilon', 1e-5)).toEqual({ kind: 'float', value: Math.fround(1e-5) });
    expect(attribute('pads', [0, 1])).toEqual({ kind: 'ints', value: [0, 1] });
    expect(attribute('steps', [0, 0.5])).toEqual({ kind: 'floats', value: [0, 0.5] });
    expect(attribute('mode', 'linear')).toEqual({ kind: 'string', value: 'linear' });
    expect(attribute('ends', [2n ** 63n - 1n, 3n])).toEqual({ kind: 'ints', value: [2n ** 63n - 1n, 3] });
    expect(attribute('value', tensor('int64', [], BigInt64Array.of(1n))).kind).toBe('tensor');
    expect(() => attribute('axes', [])).toThrow(/"axes" is an empty list/);
    expect(attribute('axes', { kind: 'ints', value: [] })).toEqual({ kind: 'ints', value: [] });
  });

  it('refuses unknown values, taken names and data that do not fit', () => {
    const b = new GraphBuilder();
    b.input('x', 'float32', [1]);
    expect(() => b.node('Relu', ['y'])).toThrow(/"Relu_1" \(Relu\) uses the value "y"/);
    expect(() => b.input('x', 'float32', [1])).toThrow(/"x" already exists/);
    expect(() => b.node('Relu', ['x'], {}, { output: 'x' })).toThrow(/"x" already exists/);
    expect(() => b.initializer('w', 'float32', [2, 2], new Float32Array(3))).toThrow(
      /"w".*\[2,2\] holds 3 values; it needs 4/,
    );
    expect(() => b.initializer('v', 'float32', [-1], new Float32Array(3))).toThrow(/sizes must be whole numbers/);
    expect(() => tensor('int8', [1], new Uint8Array(1) as unknown as Int8Array)).toThrow(/needs a Int8Array/);
  });
});

describe('checkGraph', () => {
  const broken = (change: (graph: Graph) => void) => () => {
    const graph = smallNetwork();
    change(graph);
    checkGraph(graph);
  };

  it('accepts a sound graph', () => {
    expect(broken(() => {})).not.toThrow();
  });

  it('names a value that nothing makes, and one that is made only later', () => {
    expect(broken((g) => g.initializers.delete('fc.bias'))).toThrow(
      /"Gemm_1" \(Gemm\) uses "fc.bias", which nothing makes/,
    );
    expect(broken((g) => g.nodes.reverse())).toThrow(/is made only later: sort the nodes/);
  });

  it('names a value that is made twice', () => {
    expect(broken((g) => g.nodes.push(node('Relu', ['image'], ['embedding'])))).toThrow(
      /"embedding" is a name that another/,
    );
    expect(broken((g) => g.inputs.push({ name: 'image', dtype: 'float32', shape: null }))).toThrow(/The input "image"/);
  });

  it('names outputs that nothing makes or that are declared twice, and a graph without any', () => {
    expect(broken((g) => g.outputs.push({ name: 'gone', dtype: 'float32', shape: null }))).toThrow(
      /"gone" is made by nothing/,
    );
    expect(broken((g) => g.outputs.push(...g.outputs))).toThrow(/declared twice/);
    expect(broken((g) => g.outputs.splice(0))).toThrow(/no outputs/);
  });

  it('names constants that do not fit their shape', () => {
    const bad = { dtype: 'float32', shape: [7], data: new Float32Array(3) } as const;
    expect(broken((g) => g.initializers.set('fc.bias', bad))).toThrow(/"fc.bias" of shape \[7\] holds 3 values/);
  });

  it('lets nested graphs use the values around them, and looks into them', () => {
    const nested = (input: string): Graph => ({
      name: 'branch',
      inputs: [],
      outputs: [{ name: 'inner', dtype: 'float32', shape: null }],
      nodes: [node('Relu', [input], ['inner'])],
      initializers: new Map(),
      values: new Map(),
    });
    const withBranch = (input: string) =>
      broken((g) => {
        const branch = node('If', ['fc.bias'], ['chosen']);
        branch.attributes.set('then_branch', { kind: 'graph', value: nested(input) });
        g.nodes.push(branch);
      });
    expect(withBranch('embedding')).not.toThrow();
    expect(withBranch('nowhere')).toThrow(/in "then_branch": Node "relu" \(Relu\) uses "nowhere"/);
  });
});

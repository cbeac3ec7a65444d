import { copyGraph } from '../graph/copy.js';
import { GraphEditor } from '../graph/editor.js';
import type { Graph, Node } from '../graph/graph.js';
import { inEightBits } from './eight-bits.js';
import type { Range } from './observers.js';

/** Operations that integers are made for: those with weights, which are most of a file and of its time. */
const WEIGHTED = new Set(['Conv', 'Gemm']);

/** Operations that are exact or nearly so on integers, and keep those around them in integers. */
const PASSING = new Set(['Add', 'Concat', 'MaxPool']);

export interface QuantiseOptions {
  /** Names of nodes that are left as they are. */
  readonly except?: ReadonlySet<string>;
  /** Names of nodes that are computed in float: their weights are stored in eight bits all the same, so that the file stays as small. */
  readonly inFloat?: ReadonlySet<string>;
  /** Whether sums, concatenations and pools are computed of integers as well; true unless said. */
  readonly passing?: boolean;
}

/** The nodes that can be quantised, in order. @throws an Error for a graph with nested ones */
export function quantisable(graph: Graph, { except, passing = true }: QuantiseOptions = {}): Node[] {
  const editor = new GraphEditor(graph);
  return graph.nodes.filter((node) => {
    if (node.domain !== '' || except?.has(node.name)) return false;
    if (PASSING.has(node.op)) return passing && node.inputs.every((input) => !editor.constant(input));
    return WEIGHTED.has(node.op) && editor.floats(node.inputs[1] ?? '') !== undefined;
  });
}

/** The tensors whose ranges `quantise` needs: all inputs and outputs of those nodes. */
export function quantisedValues(graph: Graph, options: QuantiseOptions = {}): string[] {
  const nodes = quantisable(graph, options);
  return [...new Set(nodes.flatMap((node) => [...activations(node), ...node.outputs]))];
}

const activations = ({ op, inputs }: Node): string[] => (WEIGHTED.has(op) ? inputs.slice(0, 1) : inputs);

/**
 * The graph with pairs of QuantizeLinear and DequantizeLinear around its nodes (QDQ), which runtimes turn into operations on integers:
 * activations as uint8 with one scale and zero point a tensor, weights as uint8 with one scale an output channel, symmetric about
 * 128, biases as
 * int32 of the product of both scales (Jacob et al. 2018). Weights as int8 would be wrong where there is AVX2 and no VNNI:
 * there ONNX Runtime adds two products of uint8 and int8 in sixteen bits, which overflow.
 *
 * @param graph is left as it is
 * @param ranges of all `quantisedValues`
 */
export function quantise(graph: Graph, ranges: ReadonlyMap<string, Range>, options: QuantiseOptions = {}): Graph {
  const copy = copyGraph(graph);
  const { inFloat = new Set<string>() } = options;
  const chosen = quantisable(graph, options).map(({ name }) => name);
  const names = new Set(chosen.filter((name) => !inFloat.has(name)));
  const editor = new GraphEditor(copy);
  const scales = new Map<string, number>();
  const quantised = new Map<string, string>();

  /** What stands for a value in integers; made once, where it is first taken. */
  const inIntegers = (value: string, before: Node): string => {
    const known = quantised.get(value);
    if (known !== undefined) return known;
    const range = ranges.get(value);
    if (!range) throw new Error(`The range of "${value}" is missing. Observe it first.`);
    const scale = Math.max(range.high - range.low, 2 ** -20) / 255;
    const zero = Math.min(255, Math.max(0, Math.round(-range.low / scale)));
    const constants = [
      editor.addConstant(`${value}.scale`, 'float32', [], Float32Array.of(scale)),
      editor.addConstant(`${value}.zero`, 'uint8', [], Uint8Array.of(zero)),
    ];
    const q = editor.insert(before, 'QuantizeLinear', [value, ...constants], {}, `${value}.quantise`);
    const back = editor.insert(before, 'DequantizeLinear', [q, ...constants], {}, `${value}.dequantise`);
    scales.set(value, Math.fround(scale));
    quantised.set(value, back);
    return back;
  };

  for (const node of editor.nodes().filter(({ name }) => names.has(name))) {
    const [x = ''] = node.inputs;
    const taken = activations(node).map((value) => inIntegers(value, node));
    if (!WEIGHTED.has(node.op)) editor.rewire(node, taken);
    else editor.rewire(node, [...taken, ...weightsInIntegers(editor, node, scales.get(x) ?? Number.NaN)]);
  }
  const storedOnly = new Set(chosen.filter((name) => inFloat.has(name)));
  for (const node of editor.nodes().filter(({ op, name }) => WEIGHTED.has(op) && storedOnly.has(name)))
    editor.rewire(node, [node.inputs[0] ?? '', ...weightsInIntegers(editor, node)]);
  // What the nodes make is kept in integers too: whoever takes it, takes those.
  for (const node of editor.nodes().filter(({ name }) => names.has(name)))
    for (const value of node.outputs) {
      if (editor.isOutput(value)) continue;
      const takers = editor.consumers(value).filter(({ op }) => op !== 'QuantizeLinear');
      const [first] = editor.nodes().filter((each) => takers.includes(each));
      if (!first) continue;
      const back = inIntegers(value, first);
      for (const taker of takers)
        editor.rewire(
          taker,
          taker.inputs.map((input) => (input === value ? back : input)),
        );
    }
  editor.sweep();
  return sorted(copy);
}

/**
 * Weight, and bias if there is one, as constants that are cast back: [dequantised weight, dequantised bias]. Without an input in
 * integers the
 * bias stays in float.
 */
function weightsInIntegers(editor: GraphEditor, node: Node, inputScale?: number): string[] {
  const [, weightName = '', biasName = ''] = node.inputs;
  const { shape, data } = editor.floats(weightName) as { shape: readonly number[]; data: Float32Array }; // as was asked
  // Of a Gemm whose weight is transposed, as a Linear layer's is, the first axis counts the outputs too.
  const transposed = node.attributes.get('transB');
  const axis = node.op === 'Gemm' && !(transposed?.kind === 'int' && Number(transposed.value) === 1) ? 1 : 0;
  const outputs = shape[axis] ?? 1;
  const { whole, scales } = inEightBits(data, shape, axis);
  const scaled = editor.addConstant(`${weightName}.scales`, 'float32', [outputs], scales);
  const parts =
    inputScale === undefined
      ? [editor.addConstant(`${weightName}.int8`, 'int8', shape, whole), scaled]
      : [
          editor.addConstant(
            `${weightName}.uint8`,
            'uint8',
            shape,
            Uint8Array.from(whole, (value) => value + 128),
          ),
          scaled,
          editor.addConstant(`${weightName}.zero`, 'uint8', [outputs], new Uint8Array(outputs).fill(128)),
        ];
  const weight = editor.insert(node, 'DequantizeLinear', parts, { axis }, `${weightName}.dequantise`);
  const bias = biasName === '' ? undefined : editor.floats(biasName);
  if (biasName === '' || !bias || inputScale === undefined) return biasName === '' ? [weight] : [weight, biasName];
  const products = scales.map((scale) => scale * inputScale);
  const limit = 2 ** 31 - 1;
  const sums = Int32Array.from(bias.data, (value, o) =>
    Math.min(limit, Math.max(-limit, Math.round(value / (products[o] as number)))),
  );
  const biasParts = [
    editor.addConstant(`${biasName}.int32`, 'int32', [outputs], sums),
    editor.addConstant(`${biasName}.scales`, 'float32', [outputs], products),
  ];
  return [weight, editor.insert(node, 'DequantizeLinear', biasParts, { axis: 0 }, `${biasName}.dequantise`)];
}

/** Nodes in an order in which every value is made before it is used. */
function sorted(graph: Graph): Graph {
  const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  const nodes: Node[] = [];
  const done = new Set<Node>();
  for (const root of graph.nodes) {
    const stack = [root];
    for (let node = stack.at(-1); node; node = stack.at(-1)) {
      const missing = node.inputs.flatMap((input) => {
        const maker = makers.get(input);
        return maker && !done.has(maker) ? [maker] : [];
      });
      stack.push(...missing);
      if (missing.length > 0) continue;
      stack.pop();
      if (!done.has(node)) nodes.push(node);
      done.add(node);
    }
  }
  return { ...graph, nodes };
}

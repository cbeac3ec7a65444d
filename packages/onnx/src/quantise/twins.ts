import { copyGraph } from '../graph/copy.js';
import { GraphEditor } from '../graph/editor.js';
import type { Graph, Node } from '../graph/graph.js';
import { type Conv, convOf, isDepthwise } from '../passes/conv.js';

/** How far, of a channel's largest number, W₁ may lie from a · (W₁ + W₂): what rounding W · a and W · (1 - a) to float32 explains. */
const TOLERANCE = 1e-6;

/**
 * The graph with the two weights that `prelu-conv` makes of one kept as that one: conv(x; W·diag(a)) + conv(relu(x); W·diag(1 − a)) needs W and
 * a alone, of which nodes that runtimes compute once, when they load the model, make W₁ = W·diag(a) and W₂ = W − W₁. Not much over half the
 * weights, the same speed.
 */
export function joinTwins(graph: Graph): Graph {
  const editor = new GraphEditor(copyGraph(graph));
  const [first] = editor.graph.nodes;
  if (first === undefined) return editor.graph;
  for (const relu of editor.nodes('Relu')) {
    const [x = ''] = relu.inputs;
    const ofX = convsOf(editor, x);
    for (const second of convsOf(editor, relu.outputs[0] ?? '')) {
      const found = ofX.flatMap((conv) => {
        const twins = asTwins(conv, second);
        return twins ? [{ conv, ...twins }] : [];
      })[0];
      if (found === undefined) continue;
      const { conv, whole, slopes } = found;
      ofX.splice(ofX.indexOf(conv), 1);
      const name = conv.node.name;
      const one = editor.addConstant(`${name}.whole`, 'float32', conv.shape, whole);
      const axes = isDepthwise(conv) ? [slopes.length, 1, 1, 1] : [1, slopes.length, 1, 1];
      const scaled = editor.insert(first, 'Mul', [one, editor.addConstant(`${name}.slopes`, 'float32', axes, slopes)]);
      giveWeight(editor, conv.node, scaled);
      giveWeight(editor, second.node, editor.insert(first, 'Sub', [one, scaled]));
    }
  }
  return editor.graph;
}

const convsOf = (editor: GraphEditor, value: string): Conv[] =>
  editor.consumers(value).flatMap((node) => {
    const conv = convOf(editor, node);
    return conv && (conv.group === 1 || isDepthwise(conv)) && isOwn(editor, node) ? [conv] : [];
  });

/** Whether nobody else takes the node's weights. */
const isOwn = (editor: GraphEditor, node: Node): boolean => editor.onlyConsumer(node.inputs[1] ?? '') === node;

/** W and a, where the weights are W·diag(a) and W·diag(1 − a) but for rounding. */
function asTwins(one: Conv, other: Conv): { whole: Float32Array; slopes: Float32Array } | undefined {
  const [w1, w2] = [one.weight, other.weight];
  if (one.shape.join() !== other.shape.join() || one.group !== other.group) return undefined;
  const [out, depth, height, width] = one.shape;
  const pixels = height * width;
  const channels = isDepthwise(one) ? out : depth;
  const channel = (i: number): number => Math.floor(i / pixels) % channels;
  const whole = w1.map((value, i) => value + (w2[i] as number));
  const [products, squares, largest] = [
    new Float64Array(channels),
    new Float64Array(channels),
    new Float64Array(channels),
  ];
  for (const [i, value] of w1.entries()) {
    const c = channel(i);
    const sum = whole[i] as number;
    products[c] = (products[c] as number) + value * sum;
    squares[c] = (squares[c] as number) + sum * sum;
    largest[c] = Math.max(largest[c] as number, Math.abs(value), Math.abs(w2[i] as number));
  }
  const slopes = Float32Array.from(products, (product, c) => product / (squares[c] || 1));
  const fits = w1.every((value, i) => {
    const c = channel(i);
    return Math.abs(value - (slopes[c] as number) * (whole[i] as number)) <= TOLERANCE * (largest[c] as number);
  });
  return fits && whole.length > slopes.length ? { whole, slopes } : undefined; // of one number a channel nothing is saved
}

function giveWeight(editor: GraphEditor, node: Node, weight: string): void {
  const [x = '', old = '', ...bias] = node.inputs;
  editor.rewire(node, [x, weight, ...bias]);
  editor.graph.initializers.delete(old);
}

import type { GraphEditor } from '../graph/editor.js';
import type { Node } from '../graph/graph.js';
import { type Conv, convOf, insertConv, isPointwise } from './conv.js';
import type { Pass } from './pass.js';

/** S takes a pixel off the top and the left. The one convolution looks at 2×2 pixels and has weights at two corners. */
export const factorisedReduction: Pass = {
  name: 'factorised-reduction',
  law: '[pointwise₂(x; V, b); pointwise₂(S·x; W, c)] = conv₂(x; [V 0; 0 W], [b; c])',
  run(editor) {
    let places = 0;
    for (const node of editor.nodes('Concat')) {
      const [first, second, ...more] = node.inputs.map((input) => halving(editor, input));
      if (!first || !second || more.length > 0) continue;
      const shift = editor.producer(second.x);
      if (!shift || !takesOneOff(editor, shift) || shift.inputs[0] !== first.x) continue;
      editor.replace(node.outputs[0] ?? '', insertConv(editor, node, corners(first, second), node.name));
      editor.sweep();
      places++;
    }
    return places;
  },
};

function halving(editor: GraphEditor, value: string): Conv | undefined {
  const conv = convOf(editor, editor.producer(value));
  return conv && isPointwise(conv) && conv.strides.every((stride) => stride === 2) ? conv : undefined;
}

/** Slice(x)[:, :, 1:, 1:] */
function takesOneOff(editor: GraphEditor, { op, inputs }: Node): boolean {
  if (op !== 'Slice' || inputs.length !== 4) return false;
  const [starts, ends, axes] = inputs.slice(1).map((name) => Array.from(editor.constant(name)?.data ?? [], Number));
  const all = ends?.every((end) => end >= 2 ** 31 - 1) ?? false;
  return String(starts) === '1,1' && String(axes) === '2,3' && all;
}

function corners(first: Conv, second: Conv): Omit<Conv, 'node' | 'output'> {
  const depth = first.shape[1];
  const [above, below] = [first.shape[0], second.shape[0]];
  const weight = new Float32Array((above + below) * depth * 4);
  first.weight.forEach((value, i) => {
    weight[4 * i] = value;
  });
  second.weight.forEach((value, i) => {
    weight[4 * (above * depth + i) + 3] = value;
  });
  const bias = new Float32Array([...first.bias, ...second.bias]);
  return { ...first, shape: [above + below, depth, 2, 2], weight, bias };
}

import type { GraphEditor } from '../graph/editor.js';
import type { Node } from '../graph/graph.js';
import { type Conv, convOf, insertConv, isPointwise } from './conv.js';
import type { Pass } from './pass.js';

/** The other way round than merge-sums: where only pointwise convolutions take a concatenation, it need not be made. */
export const splitConcats: Pass = {
  name: 'split-concats',
  law: 'pointwise([x; y]; [V W], b) = pointwise(x; V, b) + pointwise(y; W, 0)',
  run(editor) {
    let places = 0;
    for (const node of editor.nodes('Concat')) {
      const [output = ''] = node.outputs;
      const axis = node.attributes.get('axis');
      const widths = node.inputs.map((input) => convOf(editor, editor.producer(input))?.shape[0]);
      const convs = editor.consumers(output).map((consumer) => convOf(editor, consumer));
      const all = (list: readonly (Conv | undefined)[]): list is Conv[] =>
        list.every((conv) => conv && isPointwise(conv));
      if (axis?.kind !== 'int' || Number(axis.value) !== 1 || editor.isOutput(output)) continue;
      if (!widths.every((width) => width !== undefined) || !all(convs) || convs.length === 0) continue;
      for (const conv of convs) split(editor, node, conv, widths as number[]);
      editor.sweep();
      places++;
    }
    return places;
  },
};

function split(editor: GraphEditor, concat: Node, conv: Conv, widths: readonly number[]): void {
  const [out, depth] = conv.shape;
  let from = 0;
  const terms = concat.inputs.map((x, i) => {
    const width = widths[i] as number; // one for each
    const weight = new Float32Array(out * width);
    for (let o = 0; o < out; o++)
      weight.set(conv.weight.subarray(o * depth + from, o * depth + from + width), o * width);
    const bias = i === 0 ? conv.bias : new Float32Array(out);
    from += width;
    return insertConv(editor, conv.node, { ...conv, x, shape: [out, width, 1, 1], weight, bias }, conv.node.name);
  });
  const sum = terms.reduce((a, b) => editor.insert(conv.node, 'Add', [a, b], {}, `${conv.node.name}.sum`));
  editor.replace(conv.output, sum);
}

import type { GraphEditor } from '../graph/editor.js';
import type { Node } from '../graph/graph.js';
import { type Conv, convOf, insertConv, isPointwise } from './conv.js';
import type { Pass } from './pass.js';

/** Edges that meet in a node become one convolution of all that comes in. */
export const mergeSums: Pass = {
  name: 'merge-sums',
  law: 'pointwise(x; V, b) + pointwise(y; W, c) = pointwise([x; y]; [V W], b + c)',
  run(editor) {
    let places = 0;
    // In order, so that of a chain of sums each merges what the one before it became.
    for (const node of editor.nodes('Add')) {
      const terms = node.inputs.map((input) => lonely(editor, input));
      const [first, second] = terms;
      if (terms.length !== 2 || !first || !second || first.node === second.node) continue;
      if (first.strides.some((stride, axis) => stride !== second.strides[axis])) continue;
      merge(editor, node, first, second);
      places++;
    }
    return places;
  },
};

/** The pointwise convolution that makes a value which nothing else takes. */
function lonely(editor: GraphEditor, value: string): Conv | undefined {
  const conv = editor.onlyConsumer(value) ? convOf(editor, editor.producer(value)) : undefined;
  return conv && isPointwise(conv) ? conv : undefined;
}

function merge(editor: GraphEditor, sum: Node, first: Conv, second: Conv): void {
  const [out, ...depths] = [first.shape[0], first.shape[1], second.shape[1]];
  const [v = 0, w = 0] = depths;
  const weight = new Float32Array(out * (v + w));
  for (let o = 0; o < out; o++) {
    weight.set(first.weight.subarray(o * v, (o + 1) * v), o * (v + w));
    weight.set(second.weight.subarray(o * w, (o + 1) * w), o * (v + w) + v);
  }
  const bias = first.bias.map((value, o) => value + (second.bias[o] as number)); // as many
  const parts = [first, second].flatMap((conv) => partsOf(editor, conv));
  const x = editor.insert(sum, 'Concat', parts, { axis: 1 }, `${sum.name}.inputs`);
  const merged = { ...first, x, shape: [out, v + w, 1, 1] as const, weight, bias };
  editor.replace(sum.outputs[0] ?? '', insertConv(editor, sum, merged, sum.name));
  editor.sweep();
}

/** What a convolution's input is put together of, if nothing else takes it; else the input. */
function partsOf(editor: GraphEditor, { x, node }: Conv): string[] {
  const maker = editor.producer(x);
  const axis = maker?.attributes.get('axis');
  const joined = maker?.op === 'Concat' && axis?.kind === 'int' && Number(axis.value) === 1;
  return maker && joined && editor.onlyConsumer(x) === node ? [...maker.inputs] : [x];
}

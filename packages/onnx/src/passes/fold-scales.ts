import type { GraphEditor } from '../graph/editor.js';
import { afterwards, type Conv, convOf, hasBias, insertConv, isPointwise, isScale, isStrided } from './conv.js';
import type { Pass } from './pass.js';

/**
 * A depthwise 1×1 convolution d scales its channels. The pointwise convolution after it takes the scale, shift and stride into its own
 * weights; else the convolution before it does, unless d skips pixels.
 */
export const foldScales: Pass = {
  name: 'fold-scales',
  law: 'pointwise(d·x + e; W, b) = pointwise(x; W·diag(d), W·e + b)',
  run(editor) {
    let places = 0;
    for (const node of editor.nodes('Conv')) {
      const scale = editor.has(node) ? convOf(editor, node) : undefined;
      if (scale && isScale(scale) && (intoNext(editor, scale) || intoFormer(editor, scale))) places++;
    }
    return places;
  },
};

function intoNext(editor: GraphEditor, scale: Conv): boolean {
  const next = convOf(editor, editor.onlyConsumer(scale.output));
  // Of two that stride, each skips what the other needs not; of one it does not matter which, since 1×1 sees one pixel.
  if (!next || next.x !== scale.output || !isPointwise(next)) return false;
  const [out, depth] = next.shape;
  const weight = next.weight.map((value, i) => value * (scale.weight[i % depth] as number)); // one for each input
  const bias = next.bias.slice();
  if (hasBias(scale))
    for (let o = 0; o < out; o++)
      for (let i = 0; i < depth; i++)
        bias[o] = (bias[o] as number) + (next.weight[o * depth + i] as number) * (scale.bias[i] as number); // inside
  const strides = [0, 1].map((axis) => (scale.strides[axis] ?? 1) * (next.strides[axis] ?? 1));
  const merged = { ...next, x: scale.x, weight, bias, strides: strides as unknown as Conv['strides'] };
  editor.replace(next.output, insertConv(editor, next.node, merged, next.node.name));
  editor.sweep();
  return true;
}

function intoFormer(editor: GraphEditor, scale: Conv): boolean {
  const former = editor.onlyConsumer(scale.x) === scale.node ? convOf(editor, editor.producer(scale.x)) : undefined;
  if (!former || isStrided(scale)) return false;
  const merged = afterwards(former, { scale: scale.weight, shift: scale.bias });
  editor.replace(scale.output, insertConv(editor, scale.node, merged, former.node.name));
  editor.sweep();
  return true;
}

import type { GraphEditor } from '../graph/editor.js';
import type { Node } from '../graph/graph.js';
import { afterwards, type ChannelAffine, convOf, insertConv } from './conv.js';
import type { Pass } from './pass.js';

/**
 * Batch normalisation in evaluation mode is s·x + t for every channel, s = γ / √(σ² + ε), t = β − s·μ. After a convolution it is part of
 * its weights; after a concatenation it is one for each part; elsewhere it becomes a depthwise 1×1 convolution, which other laws know.
 */
export const foldNorms: Pass = {
  name: 'fold-norms',
  law: 'norm(conv(x; W, b)) = conv(x; s·W, s·b + t)',
  run(editor) {
    let places = 0;
    // A norm over a concatenation makes further ones.
    for (let found = true; found; ) {
      found = false;
      for (const node of editor.nodes('BatchNormalization')) {
        const affine = affineOf(editor, node);
        if (!affine) continue;
        fold(editor, node, affine);
        places++;
        found = true;
      }
    }
    return places;
  },
};

function affineOf(editor: GraphEditor, { inputs, attributes }: Node): ChannelAffine | undefined {
  const [gamma, beta, mean, variance] = inputs.slice(1).map((name) => editor.floats(name)?.data);
  if (!gamma || !beta || !mean || !variance) return undefined;
  const given = attributes.get('epsilon');
  const epsilon = given?.kind === 'float' ? given.value : 1e-5;
  const scale = gamma.map((value, c) => value / Math.sqrt((variance[c] as number) + epsilon)); // as many of each
  const shift = beta.map((value, c) => value - (scale[c] as number) * (mean[c] as number)); // likewise
  return { scale, shift };
}

function fold(editor: GraphEditor, node: Node, { scale, shift }: ChannelAffine): void {
  const [x = ''] = node.inputs;
  const [y = ''] = node.outputs;
  const before = editor.producer(x);
  const alone = editor.onlyConsumer(x) === node;
  const conv = alone ? convOf(editor, before) : undefined;
  const widths = alone && before?.op === 'Concat' ? partWidths(editor, before) : undefined;
  if (conv) editor.replace(y, insertConv(editor, node, afterwards(conv, { scale, shift }), node.name));
  else if (before && widths) distribute(editor, node, before, widths);
  else {
    const channels = scale.length;
    const depthwise = { x, shape: [channels, 1, 1, 1] as const, weight: scale, bias: shift, group: channels };
    editor.replace(y, insertConv(editor, node, { ...depthwise, strides: [1, 1], pads: [0, 0, 0, 0] }, node.name));
  }
}

/** Channels of each part of a concatenation, where convolutions make them. */
function partWidths(editor: GraphEditor, concat: Node): number[] | undefined {
  const axis = concat.attributes.get('axis');
  if (axis?.kind !== 'int' || Number(axis.value) !== 1) return undefined;
  const widths = concat.inputs.map((input) => convOf(editor, editor.producer(input))?.shape[0]);
  return widths.every((width) => width !== undefined) ? (widths as number[]) : undefined;
}

function distribute(editor: GraphEditor, node: Node, concat: Node, widths: readonly number[]): void {
  let from = 0;
  const parts = concat.inputs.map((input, i) => {
    const width = widths[i] as number; // one for each
    const constants = node.inputs.slice(1).map((name) => {
      const { data } = editor.floats(name) as { data: Float32Array }; // the caller has read them
      return editor.addConstant(`${name}.part`, 'float32', [width], data.slice(from, from + width));
    });
    from += width;
    return editor.insert(concat, 'BatchNormalization', [input, ...constants], attributesOf(node), node.name);
  });
  editor.rewire(concat, parts);
  editor.replace(node.outputs[0] ?? '', concat.outputs[0] ?? '');
}

const attributesOf = (node: Node) => {
  const epsilon = node.attributes.get('epsilon');
  return epsilon ? { epsilon } : {};
};

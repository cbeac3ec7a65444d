import type { GraphEditor } from '../graph/editor.js';
import type { Node } from '../graph/graph.js';
import { insertConv } from './conv.js';
import type { Pass } from './pass.js';
import { channelPRelu } from './slopes.js';

/** Both terms are depthwise 1×1 convolutions, which a runtime keeps in its blocked layout, and the sum is part of the second one. */
export const preluSum: Pass = {
  name: 'prelu-sum',
  law: 'prelu(x; a) = a·x + (1 − a)·relu(x)',
  run(editor) {
    let places = 0;
    for (const node of editor.nodes('PRelu')) {
      const prelu = channelPRelu(editor, node);
      if (!prelu) continue;
      const { x, output, slope } = prelu;
      const relu = editor.insert(node, 'Relu', [x], {}, `${node.name}.relu`);
      const rest = scaled(
        editor,
        node,
        relu,
        slope.map((a) => 1 - a),
      );
      editor.replace(output, editor.insert(node, 'Add', [scaled(editor, node, x, slope), rest], {}, node.name));
      places++;
    }
    return places;
  },
};

function scaled(editor: GraphEditor, before: Node, x: string, weight: Float32Array): string {
  const channels = weight.length;
  const shape = [channels, 1, 1, 1] as const;
  const still = { strides: [1, 1], pads: [0, 0, 0, 0] } as const;
  const bias = new Float32Array(channels);
  return insertConv(editor, before, { x, shape, weight, bias, group: channels, ...still }, `${before.name}.scale`);
}

import type { GraphEditor } from '../graph/editor.js';
import { type Conv, convOf, insertConv, isDepthwise } from './conv.js';
import type { Pass } from './pass.js';
import { channelPRelu } from './slopes.js';

/** Of a PReLU that only convolutions take nothing is left: each is computed of x and of relu(x), and added up. */
export const preluConv: Pass = {
  name: 'prelu-conv',
  law: 'conv(prelu(x; a); W, b) = conv(x; W·diag(a), b) + conv(relu(x); W·diag(1 − a), 0)',
  run(editor) {
    let places = 0;
    for (const node of editor.nodes('PRelu')) {
      const prelu = channelPRelu(editor, node);
      if (!prelu || editor.isOutput(prelu.output)) continue;
      const convs = editor.consumers(prelu.output).map((consumer) => splittable(editor, consumer));
      if (convs.length === 0 || !convs.every((conv) => conv !== undefined)) continue;
      const relu = editor.insert(node, 'Relu', [prelu.x], {}, `${node.name}.relu`);
      for (const conv of convs) {
        const none = new Float32Array(conv.shape[0]);
        const ofX = scaledInputs(conv, prelu.slope);
        const ofRelu = scaledInputs(
          { ...conv, bias: none },
          prelu.slope.map((a) => 1 - a),
        );
        const terms = [
          insertConv(editor, conv.node, { ...ofX, x: prelu.x }, conv.node.name),
          insertConv(editor, conv.node, { ...ofRelu, x: relu }, conv.node.name),
        ];
        editor.replace(conv.output, editor.insert(conv.node, 'Add', terms, {}, `${conv.node.name}.sum`));
      }
      places++;
    }
    return places;
  },
};

const splittable = (editor: GraphEditor, node: Parameters<typeof convOf>[1]): Conv | undefined => {
  const conv = convOf(editor, node);
  return conv && (conv.group === 1 || isDepthwise(conv)) ? conv : undefined;
};

/** The convolution of inputs that are multiplied, channel by channel, before it. */
function scaledInputs(conv: Conv, scale: Float32Array): Conv {
  const [, depth, height, width] = conv.shape;
  const pixels = height * width;
  const channel = isDepthwise(conv)
    ? (i: number) => Math.floor(i / pixels)
    : (i: number) => Math.floor(i / pixels) % depth;
  return { ...conv, weight: conv.weight.map((value, i) => value * (scale[channel(i)] as number)) }; // one for each input
}

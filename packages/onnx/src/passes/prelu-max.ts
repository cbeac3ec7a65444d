import type { Pass } from './pass.js';
import { channelPRelu } from './slopes.js';

/** Two operations that every runtime has vectorised, where a PReLU often is not; no slope may be above 1. */
export const preluMax: Pass = {
  name: 'prelu-max',
  law: 'prelu(x; a) = max(x, a·x) for a ≤ 1',
  run(editor) {
    let places = 0;
    for (const node of editor.nodes('PRelu')) {
      const prelu = channelPRelu(editor, node);
      if (!prelu || prelu.slope.some((a) => a > 1)) continue;
      const scaled = editor.insert(node, 'Mul', [...node.inputs], {}, `${node.name}.scale`);
      editor.replace(prelu.output, editor.insert(node, 'Max', [prelu.x, scaled], {}, node.name));
      places++;
    }
    return places;
  },
};

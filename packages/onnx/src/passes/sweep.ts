import type { Pass } from './pass.js';

/** Removes nodes and constants that no output needs, and Identity nodes, except where one names an output. */
export const sweep: Pass = {
  name: 'sweep',
  law: 'identity(x) = x, and what nobody asks for need not be',
  run(editor) {
    let places = 0;
    for (const node of editor.nodes('Identity')) {
      const [[x = ''], [y = '']] = [node.inputs, node.outputs];
      if (editor.isOutput(y)) continue;
      editor.replace(y, x);
      places++;
    }
    return places + editor.sweep();
  },
};

import type { Node } from '../graph/graph.js';
import type { Pass } from './pass.js';

/** Computes equal expressions once (common subexpressions). Nodes of unknown operator sets are left alone, since they may be random. */
export const share: Pass = {
  name: 'share',
  law: 'f(x), f(x) = f(x)',
  run(editor) {
    let places = 0;
    const seen = new Map<string, Node>();
    for (const node of editor.nodes()) {
      if (node.outputs.length !== 1 || /^Random|Dropout|Multinomial|Bernoulli/.test(node.op)) continue;
      const key = JSON.stringify([node.op, node.inputs, [...node.attributes].sort()], (_, value) =>
        typeof value === 'bigint' || ArrayBuffer.isView(value) ? String(value) : value,
      );
      const first = seen.get(key);
      if (!first) seen.set(key, node);
      else if (!editor.isOutput(node.outputs[0] ?? '')) {
        editor.replace(node.outputs[0] ?? '', first.outputs[0] ?? '');
        places++;
      }
    }
    return places;
  },
};

import { copyGraph } from './copy.js';
import type { Graph } from './graph.js';

/**
 * Renames inner values to one or two letters and removes node names. In a small network with many nodes, names are a sixth of the
 * file. Inputs and outputs keep their names.
 */
export function shortNames(graph: Graph): Graph {
  const copy = copyGraph(graph);
  const kept = new Set([...copy.inputs, ...copy.outputs].map(({ name }) => name));
  const names = new Map<string, string>();
  let count = 0;
  const short = (name: string): string => {
    if (name === '' || kept.has(name)) return name;
    const known = names.get(name);
    if (known !== undefined) return known;
    let free: string;
    do free = (count++).toString(36);
    while (kept.has(free));
    names.set(name, free);
    return free;
  };
  for (const node of copy.nodes) {
    node.name = '';
    node.inputs = node.inputs.map(short);
    node.outputs = node.outputs.map(short);
  }
  copy.initializers = new Map([...copy.initializers].map(([name, constant]) => [short(name), constant]));
  return copy;
}

import { checkGraph } from '../graph/check.js';
import { copyGraph } from '../graph/copy.js';
import { GraphEditor } from '../graph/editor.js';
import type { Graph } from '../graph/graph.js';
import type { Pass } from './pass.js';
import { PASSES } from './registry.js';

/**
 * Rewrites a graph by the named passes, in the registry's order; each runs until it finds nothing more.
 *
 * @param graph is not changed; its constants are shared with the result
 * @returns the new graph, and the number of places that each pass rewrote
 * @throws an Error for an unknown pass
 */
export function rewrite(graph: Graph, names: readonly string[]): { graph: Graph; places: Record<string, number> } {
  const unknown = names.find((name) => !PASSES.some((pass) => pass.name === name));
  if (unknown !== undefined)
    throw new Error(`There is no pass "${unknown}"; there are ${PASSES.map(({ name }) => name).join(', ')}.`);
  const copy = copyGraph(graph);
  const editor = new GraphEditor(copy);
  const places: Record<string, number> = {};
  for (const pass of PASSES.filter(({ name }) => names.includes(name))) places[pass.name] = toTheEnd(pass, editor);
  checkGraph(copy);
  return { graph: copy, places };
}

/** A law that could be applied to its own result for ever would be no simplification: the bound tells. */
const MOST_ROUNDS = 100;

function toTheEnd(pass: Pass, editor: GraphEditor): number {
  let total = 0;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const places = pass.run(editor);
    editor.sweep();
    if (places === 0) return total;
    total += places;
  }
  throw new Error(`The pass "${pass.name}" does not terminate on this graph. This is a bug: please report it.`);
}

import type { Graph } from './graph.js';

/** A copy that may be rewritten while the original stays; constants, which nobody changes, are shared. */
export const copyGraph = (graph: Graph): Graph => ({
  ...graph,
  inputs: graph.inputs.map((value) => ({ ...value })),
  outputs: graph.outputs.map((value) => ({ ...value })),
  nodes: graph.nodes.map((node) => ({
    ...node,
    inputs: [...node.inputs],
    outputs: [...node.outputs],
    attributes: new Map(node.attributes),
  })),
  initializers: new Map(graph.initializers),
  values: new Map(), // what was said of values in between need not hold for what is made of them
});

import { type Graph, GraphBuilder } from '@pocketnet/onnx';
import type { Block } from '../blocks/index.js';
import { Emitter } from './emitter.js';
import { type ExportFacts, exportMetadata } from './metadata.js';

export interface ExportedNetwork {
  graph: Graph;
  metadata: Record<string, string>;
}

/**
 * A network as an ONNX graph that computes what the network does in evaluation mode: `input` float32 [batch, 3, S, S] to
 * `embedding` float32 [batch, d], raw. The batch is free.
 */
export function exportNetwork(network: Block, facts: ExportFacts): ExportedNetwork {
  const { name, embedding, input } = facts;
  const builder = new GraphBuilder(name);
  const image = builder.input('input', 'float32', ['batch', 3, input, input]);
  const result = network.read(image, new Emitter(network, builder));
  const graph = builder.output(result, 'float32', ['batch', embedding]).build();
  return { graph: renamed(graph, result, 'embedding'), metadata: exportMetadata(network, facts) };
}

/** The graph with one of its values, which no node takes, under another name. */
function renamed(graph: Graph, from: string, to: string): Graph {
  const swap = (name: string): string => (name === from ? to : name);
  for (const node of graph.nodes) node.outputs = node.outputs.map(swap);
  for (const output of graph.outputs) output.name = swap(output.name);
  return graph;
}

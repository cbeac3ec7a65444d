import type { GraphEditor } from '../graph/editor.js';
import type { Node } from '../graph/graph.js';

/** A PReLU with one constant slope a channel. */
export interface ChannelPRelu {
  readonly x: string;
  readonly output: string;
  readonly slope: Float32Array;
}

/** A node as such a PReLU; undefined for other operators, a shared slope, and slopes that differ by pixel. */
export function channelPRelu(editor: GraphEditor, node: Node | undefined): ChannelPRelu | undefined {
  if (node?.op !== 'PRelu' || node.domain !== '') return undefined;
  const [x = '', name = ''] = node.inputs;
  const slope = editor.floats(name);
  const [channels = 0, ...rest] = slope?.shape ?? [];
  if (slope?.shape.length !== 3 || channels < 2 || rest.some((size) => size !== 1)) return undefined;
  return { x, output: node.outputs[0] ?? '', slope: slope.data };
}

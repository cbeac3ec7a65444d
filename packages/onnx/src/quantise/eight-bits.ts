import { fromHalf, toHalf } from '@pocketnet/files';
import { copyGraph } from '../graph/copy.js';
import { GraphEditor } from '../graph/editor.js';
import type { Graph } from '../graph/graph.js';

/** Below so many numbers a channel, a scale of its own costs more than eight bits save. */
const LEAST_OF_A_CHANNEL = 8;

/** Numbers as integers of −127 … 127 times one scale for each channel. */
export interface EightBits {
  whole: Int8Array<ArrayBuffer>;
  scales: Float32Array<ArrayBuffer>;
}

/**
 * Symmetric, by the largest number of each channel: no number moves by more than half a scale.
 *
 * @param axis which axis of `shape` counts the channels
 * @param round what becomes of a scale before it is used, so that it can be stored in fewer bits
 */
export function inEightBits(
  data: Float32Array,
  shape: readonly number[],
  axis: number,
  round: (scale: number) => number = (scale) => scale,
): EightBits {
  const channels = shape[axis] ?? 1;
  const inner = shape.slice(axis + 1).reduce((product, size) => product * size, 1);
  const channel = (i: number): number => Math.floor(i / inner) % channels;
  const scales = new Float32Array(channels);
  for (const [i, value] of data.entries())
    scales[channel(i)] = Math.max(scales[channel(i)] as number, Math.abs(value) / 127); // one for each
  for (const [c, scale] of scales.entries()) scales[c] = round(scale) || 1;
  const limited = (value: number): number => Math.min(127, Math.max(-127, Math.round(value)));
  const whole = Int8Array.from(data, (value, i) => limited(value / (scales[channel(i)] as number))); // likewise
  return { whole, scales };
}

/**
 * The graph with its kernels and matrices as int8 and a scale an output channel, which nodes that runtimes compute once, when they load the
 * model, make floats of: a quarter of the file, the same speed, and no faces to calibrate with. To be given to `halveWeights` afterwards, for what is left.
 *
 * @param graph is left as it is
 */
export function eightBitWeights(graph: Graph): Graph {
  const copy = copyGraph(graph);
  const editor = new GraphEditor(copy);
  const [first] = copy.nodes;
  for (const [name, { dtype, shape, data }] of [...graph.initializers]) {
    const [channels = 1] = shape;
    const isKernel = shape.length >= 2 && channels > 1 && data.length >= channels * LEAST_OF_A_CHANNEL;
    if (!first || dtype !== 'float32' || !isKernel || graph.inputs.some((input) => input.name === name)) continue;
    const { whole, scales } = inEightBits(data as Float32Array, shape, 0, (scale) => fromHalf(toHalf(scale)));
    const cast = editor.insert(first, 'Cast', [editor.addConstant(`${name}.int8`, 'int8', shape, whole)], { to: 1 });
    const axes = [channels, ...shape.slice(1).map(() => 1)];
    const made = editor.insert(first, 'Mul', [cast, editor.addConstant(`${name}.scales`, 'float32', axes, scales)]);
    editor.replace(name, made);
    copy.initializers.delete(name);
  }
  return copy;
}

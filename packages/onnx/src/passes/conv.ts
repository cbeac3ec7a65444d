import type { AttributeLike } from '../graph/attribute.js';
import type { GraphEditor } from '../graph/editor.js';
import type { Node } from '../graph/graph.js';

/** A two-dimensional convolution with constant weights, the subject of most passes. */
export interface Conv {
  readonly node: Node;
  readonly x: string;
  readonly output: string;
  /** [out, in / group, height, width] */
  readonly shape: readonly [number, number, number, number];
  readonly weight: Float32Array;
  /** Zeros where the node has none. */
  readonly bias: Float32Array;
  readonly group: number;
  readonly strides: readonly [number, number];
  /** top, left, bottom, right */
  readonly pads: readonly [number, number, number, number];
}

/** A node as a convolution; undefined for other operators, weights that are not constant, dilation and automatic padding. */
export function convOf(editor: GraphEditor, node: Node | undefined): Conv | undefined {
  if (node?.op !== 'Conv' || node.domain !== '') return undefined;
  const [x = '', w = '', b = ''] = node.inputs;
  const weight = editor.floats(w);
  const bias = b === '' ? undefined : editor.floats(b);
  const numbers = (name: string, otherwise: readonly number[]): number[] => {
    const found = node.attributes.get(name);
    return found?.kind === 'ints' ? found.value.map(Number) : [...otherwise];
  };
  const plain = numbers('dilations', [1, 1]).every((step) => step === 1) && !node.attributes.has('auto_pad');
  if (weight?.shape.length !== 4 || (b !== '' && !bias) || !plain) return undefined;
  const group = node.attributes.get('group');
  const [out = 0] = weight.shape;
  return {
    ...{ node, x, output: node.outputs[0] ?? '', weight: weight.data, bias: bias?.data ?? new Float32Array(out) },
    shape: weight.shape as unknown as Conv['shape'], // four, as was seen
    group: group?.kind === 'int' ? Number(group.value) : 1,
    strides: numbers('strides', [1, 1]) as unknown as Conv['strides'],
    pads: numbers('pads', [0, 0, 0, 0]) as unknown as Conv['pads'],
  };
}

export const isPointwise = ({ shape: [, , height, width], group, pads }: Conv): boolean =>
  height === 1 && width === 1 && group === 1 && pads.every((pad) => pad === 0);

/** One filter a channel. */
export const isDepthwise = ({ shape: [out, depth], group }: Conv): boolean => depth === 1 && group === out;

/** Depthwise 1×1 and unpadded: it scales and shifts its channels, and may skip pixels. */
export const isScale = (conv: Conv): boolean => {
  const [, , height, width] = conv.shape;
  return isDepthwise(conv) && height === 1 && width === 1 && conv.pads.every((pad) => pad === 0);
};

export const isStrided = ({ strides }: Conv): boolean => strides.some((stride) => stride !== 1);

export const hasBias = ({ bias }: Conv): boolean => bias.some((value) => value !== 0);

/** Puts a convolution into the place before a node, and returns its output. */
export function insertConv(
  editor: GraphEditor,
  before: Node,
  conv: Omit<Conv, 'node' | 'output'>,
  like: string,
): string {
  const { x, shape, weight, bias, group, strides, pads } = conv;
  const inputs = [x, editor.addConstant(`${like}.weight`, 'float32', shape, weight)];
  if (bias.some((value) => value !== 0)) inputs.push(editor.addConstant(`${like}.bias`, 'float32', [shape[0]], bias));
  const attributes: Record<string, AttributeLike> = {
    ...{ kernel_shape: shape.slice(2), strides: [...strides], pads: [...pads], group },
  };
  return editor.insert(before, 'Conv', inputs, attributes, like);
}

/** y = scale[c] · x + shift[c] for every channel c. */
export interface ChannelAffine {
  readonly scale: Float32Array;
  readonly shift: Float32Array;
}

/** The convolution whose output is an affine map of another one's: scale · (W·x + b) + shift. */
export function afterwards(conv: Conv, { scale, shift }: ChannelAffine): Conv {
  const size = conv.weight.length / conv.shape[0];
  return {
    ...conv,
    weight: conv.weight.map((value, i) => value * (scale[Math.floor(i / size)] as number)), // one for each output
    bias: conv.bias.map((value, o) => value * (scale[o] as number) + (shift[o] as number)), // likewise
  };
}

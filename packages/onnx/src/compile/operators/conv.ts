import { type Expression, expression, slide, type Window } from '../expression.js';
import type { Operator, Reading } from './operator.js';

/** The window that a node's attributes tell. */
export function windowOf(reading: Reading, kernel: readonly [number, number]): Window {
  const auto = reading.text('auto_pad', 'NOTSET');
  if (auto !== 'NOTSET' && auto !== 'VALID')
    reading.refuse(`pads automatically (${auto}); write its padding as numbers (\`pads\`)`);
  const pair = (name: string): [number, number] => {
    const [vertical = 1, horizontal = 1] = reading.ints(name) ?? [];
    return [vertical, horizontal];
  };
  const [top = 0, left = 0, bottom = 0, right = 0] = auto === 'VALID' ? [] : (reading.ints('pads') ?? []);
  return { kernel, strides: pair('strides'), dilations: pair('dilations'), pads: [top, left, bottom, right] };
}

const conv: Operator = (reading) => {
  const x = reading.planes(0);
  const { shape, data: weight } = reading.floats(1);
  const bias = reading.input(2) ? reading.floats(2).data : undefined;
  const [out = 0, depth = 0, height = 0, width = 0] = shape;
  if (shape.length !== 4) reading.refuse('is not two-dimensional');
  const group = reading.int('group', 1);
  if (depth * group !== x.channels) reading.refuse(`takes ${depth * group} channels, and its input has ${x.channels}`);
  const window = windowOf(reading, [height, width]);
  const size = { name: reading.node.outputs[0] ?? '', channels: out, ...slide(x, window, reading.where) };
  if (group > 1 || (depth === 1 && out === 1 && height * width > 1)) {
    if (depth === 1 && group === out) return { kind: 'planes', of: depthwise(x, window, weight, bias, size) };
    const term = { x, window, weight: ungrouped(weight, shape, group) };
    return { kind: 'planes', of: expression({ op: 'product', ...size, term, bias }) };
  }
  return { kind: 'planes', of: expression({ op: 'product', ...size, term: { x, window, weight }, bias }) };
};

type Size = Pick<Expression, 'name' | 'channels' | 'height' | 'width'>;

/** A depthwise convolution; of one that sees single pixels and skips none, a scale and a shift. */
function depthwise(
  x: Expression,
  window: Window,
  weight: Float32Array,
  bias: Float32Array | undefined,
  size: Size,
): Expression {
  const numbers = [...window.kernel, ...window.strides, ...window.pads.map((pad) => pad + 1)];
  if (numbers.some((n) => n !== 1)) return expression({ op: 'depth', ...size, x, window, weight, bias });
  const activation = { kind: 'affine', scale: weight, shift: bias ?? new Float32Array(weight.length) } as const;
  return expression({ op: 'active', ...size, x, activation });
}

/** Weights of groups as those of one group, with zeros between channels that do not meet. */
function ungrouped(weight: Float32Array, shape: readonly number[], group: number): Float32Array {
  const [out = 0, depth = 0, height = 0, width = 0] = shape;
  const [taps, perGroup] = [height * width, out / group];
  const whole = new Float32Array(out * depth * group * taps);
  for (let o = 0; o < out; o++) {
    const first = Math.floor(o / perGroup) * depth;
    whole.set(weight.subarray(o * depth * taps, (o + 1) * depth * taps), (o * depth * group + first) * taps);
  }
  return whole;
}

/** Fully connected: a convolution whose window is the whole map. */
const gemm: Operator = (reading) => {
  const x = reading.planes(0);
  const { shape, data } = reading.floats(1);
  const [alpha, beta] = [reading.float('alpha', 1), reading.float('beta', 1)];
  if (reading.int('transA', 0) !== 0) reading.refuse('transposes the image (transA)');
  const rows = reading.node.op === 'Gemm' && reading.int('transB', 0) === 1;
  const [out = 0, inputs = 0] = rows ? shape : shape.toReversed();
  const from = x.op === 'flat' ? x.x : x;
  const { channels, height, width } = from;
  if (height * width > 1) reading.needSides();
  if (shape.length !== 2 || (x.op !== 'flat' && height * width !== 1))
    reading.refuse('takes a flattened map and a matrix, no other shapes');
  if (inputs !== channels * height * width)
    reading.refuse(
      `takes ${inputs} numbers, and the map before it has ${channels}×${height}×${width} for an image of this size`,
    );
  const at = (o: number, i: number): number => data[rows ? o * inputs + i : i * out + o] ?? 0;
  const weight = Float32Array.from({ length: out * inputs }, (_, i) => alpha * at(Math.floor(i / inputs), i % inputs));
  const given = reading.node.op === 'Gemm' && reading.input(2) ? reading.floats(2).data : undefined;
  const bias = given && Float32Array.from({ length: out }, (_, o) => beta * (given[given.length === 1 ? 0 : o] ?? 0));
  const window: Window = { kernel: [height, width], strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0] };
  const size = { name: reading.node.outputs[0] ?? '', channels: out, height: 1, width: 1 };
  const product = expression({ op: 'product', ...size, term: { x: from, window, weight }, bias });
  return { kind: 'planes', of: expression({ op: 'flat', ...size, x: product }) };
};

export const CONVOLUTIONS: Readonly<Record<string, Operator>> = { Conv: conv, Gemm: gemm, MatMul: gemm };

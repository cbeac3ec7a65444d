import { type Expression, expression } from '../expression.js';
import type { Operator, Reading, Value } from './operator.js';

const numbers = (of: readonly number[]): Value => ({ kind: 'shape', of });

/** Joins maps by their channels; or numbers about shapes. */
const concat: Operator = (reading) => {
  const inputs = reading.node.inputs.map((_, i) => reading.input(i));
  if (inputs.every((value) => value?.kind !== 'planes'))
    return numbers(reading.node.inputs.flatMap((_, i) => [...reading.numbers(i)]));
  const parts = inputs.map((_, i) => reading.planes(i));
  const [first] = parts as [Expression];
  if (reading.int('axis', 0) !== 1 || parts.some(({ op }) => op === 'flat' || op === 'last'))
    reading.refuse('joins along another axis than the channels of maps');
  const { height, width } = first;
  const other = parts.find((part) => part.height !== height || part.width !== width);
  if (other) reading.refuse(`joins maps of ${height}×${width} and ${other.height}×${other.width}`);
  const channels = parts.reduce((sum, part) => sum + part.channels, 0);
  const name = reading.node.outputs[0] ?? '';
  if (parts.length === 1) return { kind: 'planes', of: first };
  return { kind: 'planes', of: expression({ op: 'concat', name, channels, height, width, parts }) };
};

/** Takes rows and columns off. */
const slice: Operator = (reading) => {
  const x = reading.planes(0);
  const [starts, ends, axes, steps] = [1, 2, 3, 4].map((i) => (reading.input(i) ? reading.numbers(i) : undefined));
  const pads: [number, number, number, number] = [0, 0, 0, 0];
  const sides = [x.height, x.width];
  for (const [i, start] of (starts ?? []).entries()) {
    const axis = axes?.[i] ?? i;
    const side = sides[axis - 2];
    const end = ends?.[i] ?? 0;
    if (side === undefined || (steps?.[i] ?? 1) !== 1 || start < 0 || (end < 2 ** 31 - 1 && end >= 0))
      return reading.refuse('cuts otherwise than rows and columns off a map’s sides');
    pads[axis - 2] = -start;
    pads[axis] = end < 0 ? end : 0;
  }
  const height = x.height + pads[0] + pads[2];
  const width = x.width + pads[1] + pads[3];
  if (height < 1 || width < 1) reading.refuse('leaves nothing of the map');
  const name = reading.node.outputs[0] ?? '';
  return { kind: 'planes', of: expression({ op: 'crop', name, channels: x.channels, height, width, x, pads }) };
};

const flat = (reading: Reading, x: Expression): Value => {
  const { channels, height, width } = x;
  const name = reading.node.outputs[0] ?? '';
  return { kind: 'planes', of: x.op === 'flat' ? x : expression({ op: 'flat', name, channels, height, width, x }) };
};

const flatten: Operator = (reading) => {
  if (reading.int('axis', 1) !== 1) reading.refuse('flattens from another axis than 1');
  return flat(reading, reading.planes(0));
};

/** To one row of numbers an image, or, of a map with its channels last, to one row a pixel. */
const reshape: Operator = (reading) => {
  const value = reading.input(0);
  const [batch = 0, ...rest] = reading.numbers(1);
  if (value?.kind !== 'planes') return numbers(reading.numbers(0));
  const x = value.of;
  const all = x.channels * x.height * x.width;
  const known = rest.filter((size) => size !== -1).reduce((product, size) => product * size, 1);
  const sizes = rest.map((size) => (size === -1 ? all / known : size));
  const keeps = batch === 0 || batch === 1 || (batch === -1 && !rest.includes(-1) && known === all);
  if (keeps && sizes.length === 1 && sizes[0] === all && x.op !== 'last') return flat(reading, x);
  const perPixel = sizes.length === 2 && sizes[1] === x.channels && sizes[0] === x.height * x.width;
  if (keeps && perPixel && x.op === 'last')
    return { kind: 'planes', of: expression({ ...x, name: reading.node.outputs[0] ?? '', flat: true }) };
  return reading.refuse(
    `makes [${[batch, ...rest]}] of ${x.channels}×${x.height}×${x.width}; the engine flattens a map, or lists its pixels after a Transpose`,
  );
};

const transpose: Operator = (reading) => {
  const x = reading.planes(0);
  const { channels, height, width } = x;
  if (String(reading.ints('perm')) !== '0,2,3,1' || x.op === 'flat' || x.op === 'last')
    reading.refuse('orders axes otherwise than channels last (0, 2, 3, 1)');
  const name = reading.node.outputs[0] ?? '';
  return { kind: 'planes', of: expression({ op: 'last', name, channels, height, width, x, flat: false }) };
};

/** An image's batch counts as 1: it is the same for every image. */
const shape: Operator = (reading) => {
  const { channels, height, width } = reading.planes(0);
  return numbers([1, channels, height, width]);
};

const gather: Operator = (reading) => {
  const from = reading.numbers(0);
  return numbers(reading.numbers(1).map((i) => from[i < 0 ? i + from.length : i] ?? 0));
};

/** By whole factors, nearest neighbour. */
const resize: Operator = (reading) => {
  const x = reading.planes(0);
  const isUpsample = reading.node.op === 'Upsample';
  const scales = isUpsample ? Array.from(reading.floats(1).data) : scalesOf(reading, x);
  const [batch = 1, channels = 1, down = 1, across = 1] = scales;
  const coordinates = reading.text('coordinate_transformation_mode', 'half_pixel');
  const rounding = reading.text('nearest_mode', 'round_prefer_floor');
  // With whole factors, the nearest of half pixels, rounded either way, is the same pixel.
  const near =
    isUpsample ||
    (coordinates === 'asymmetric' && rounding === 'floor') ||
    (coordinates === 'half_pixel' && rounding.startsWith('round_prefer'));
  const whole = [down, across].every((factor) => Number.isInteger(factor) && factor >= 1);
  if (reading.text('mode', 'nearest') !== 'nearest' || !near || batch !== 1 || channels !== 1 || !whole)
    reading.refuse('resizes otherwise than to the nearest pixel (asymmetric, floor) by whole factors');
  const size = { channels: x.channels, height: x.height * down, width: x.width * across };
  const name = reading.node.outputs[0] ?? '';
  return { kind: 'planes', of: expression({ op: 'resize', name, ...size, x, factors: [down, across] }) };
};

function scalesOf(reading: Reading, x: Expression): number[] {
  const scales = reading.input(2)?.kind === 'constant' ? Array.from(reading.floats(2).data) : [];
  if (scales.length > 0) return scales;
  if (reading.input(3)?.kind === 'constant') reading.needSides(); // how much larger a fixed size is
  const [batch = 1, channels = 1, height = 1, width = 1] = reading.numbers(3);
  return [batch, channels / x.channels, height / x.height, width / x.width];
}

export const SHAPES: Readonly<Record<string, Operator>> = {
  Concat: concat,
  Slice: slice,
  Flatten: flatten,
  Reshape: reshape,
  Transpose: transpose,
  Shape: shape,
  Gather: gather,
  Unsqueeze: (reading) => numbers(reading.numbers(0)),
  Resize: resize,
  Upsample: resize,
};

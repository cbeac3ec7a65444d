import { expression, type PoolMode, slide, type Window } from '../expression.js';
import { windowOf } from './conv.js';
import type { Operator } from './operator.js';

function pool(mode: PoolMode): Operator {
  return (reading) => {
    const x = reading.planes(0);
    const [height = 0, width = 0] = reading.ints('kernel_shape') ?? [];
    const window = windowOf(reading, [height, width]);
    const size = { channels: x.channels, ...slide(x, window, reading.where) };
    if (reading.int('ceil_mode', 0) !== 0 && !dividesEvenly(x, window))
      reading.refuse('rounds its size up (ceil_mode) where that makes a difference; pad it instead');
    const counted = mode === 'mean' && reading.int('count_include_pad', 0) === 1 ? 'paddedMean' : mode;
    return {
      kind: 'planes',
      of: expression({ op: 'pool', name: reading.node.outputs[0] ?? '', ...size, x, window, mode: counted }),
    };
  };
}

function dividesEvenly(
  { height, width }: { height: number; width: number },
  { kernel, strides, dilations, pads }: Window,
): boolean {
  const rest = (axis: 0 | 1, side: number) =>
    (side + pads[axis] + pads[(axis + 2) as 2 | 3] - (kernel[axis] - 1) * dilations[axis] - 1) % strides[axis];
  return rest(0, height) === 0 && rest(1, width) === 0;
}

function globalPool(mode: PoolMode): Operator {
  return (reading) => {
    const x = reading.planes(0);
    reading.needSides();
    const window: Window = { kernel: [x.height, x.width], strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0] };
    const size = { name: reading.node.outputs[0] ?? '', channels: x.channels, height: 1, width: 1 };
    return { kind: 'planes', of: expression({ op: 'pool', ...size, x, window, mode }) };
  };
}

export const POOLS: Readonly<Record<string, Operator>> = {
  MaxPool: pool('max'),
  AveragePool: pool('mean'),
  GlobalMaxPool: globalPool('max'),
  GlobalAveragePool: globalPool('mean'),
};

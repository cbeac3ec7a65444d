import { type Activation, type Expression, expression } from '../expression.js';
import type { Operator, Reading, Value } from './operator.js';

/** An activation of a node's first input; of a flattened one, before it is flattened. */
export function activated(reading: Reading, x: Expression, activation: Activation): Value {
  const name = reading.node.outputs[0] ?? '';
  const over = (e: Expression): Expression => {
    const { channels, height, width } = e;
    if (e.op === 'flat' || e.op === 'last') {
      return expression({ ...e, name, x: over(e.x) });
    }
    return expression({ op: 'active', name, channels, height, width, x: e, activation });
  };
  return { kind: 'planes', of: over(x) };
}

/** One number for each channel, of a constant that has one for all, or for each along the channels' axis. */
export function byChannel(
  reading: Reading,
  x: Expression,
  { shape, data }: { shape: readonly number[]; data: Float32Array },
) {
  const { channels } = x;
  if (data.length === 1) return new Float32Array(channels).fill(data[0] ?? 0);
  const flat = x.op === 'flat';
  const [, ...planes] = [...new Array<number>(4).fill(1), ...shape].slice(flat ? -2 : -4);
  const fits = planes[0] === channels && planes.slice(1).every((size) => size === 1) && data.length === channels;
  // A PRelu's slopes may stand without the axes behind them in old models: [C].
  if (!fits && !(shape.length === 1 && shape[0] === channels && reading.node.op === 'PRelu'))
    reading.refuse(
      `has a constant of shape [${shape}] where one number, or one for each of ${channels} channels, can be compiled`,
    );
  if (flat && x.x.height * x.x.width !== 1) reading.refuse('has a number for each of the values of a flattened map');
  return data;
}

const clip: Operator = (reading) => {
  const [low, high] = [1, 2].map((i) => (reading.input(i) ? reading.floats(i).data[0] : undefined));
  return activated(reading, reading.planes(0), {
    kind: 'clip',
    low: low ?? reading.float('min', -Infinity),
    high: high ?? reading.float('max', Infinity),
  });
};

const prelu: Operator = (reading) => {
  const x = reading.planes(0);
  return activated(reading, x, { kind: 'prelu', slope: byChannel(reading, x, reading.floats(1)) });
};

const leaky: Operator = (reading) => {
  const x = reading.planes(0);
  return activated(reading, x, {
    kind: 'prelu',
    slope: new Float32Array(x.channels).fill(reading.float('alpha', 0.01)),
  });
};

/** In evaluation mode: γ·(x − μ)/√(σ² + ε) + β. */
const norm: Operator = (reading) => {
  const x = reading.planes(0);
  const [gamma, beta, mean, variance] = [1, 2, 3, 4].map((i) => reading.floats(i).data) as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const epsilon = reading.float('epsilon', 1e-5);
  const scale = gamma.map((value, c) => value / Math.sqrt((variance[c] ?? 0) + epsilon));
  const shift = beta.map((value, c) => value - (scale[c] ?? 0) * (mean[c] ?? 0));
  return activated(reading, x, { kind: 'affine', scale, shift });
};

export const ACTIVATIONS: Readonly<Record<string, Operator>> = {
  Relu: (reading) => activated(reading, reading.planes(0), { kind: 'relu' }),
  Sigmoid: (reading) => activated(reading, reading.planes(0), { kind: 'sigmoid' }),
  PRelu: prelu,
  LeakyRelu: leaky,
  Clip: clip,
  BatchNormalization: norm,
  Identity: (reading) => ({ kind: 'planes', of: reading.planes(0) }),
  Dropout: (reading) => ({ kind: 'planes', of: reading.planes(0) }),
};

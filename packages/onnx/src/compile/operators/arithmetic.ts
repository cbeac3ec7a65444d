import { type CombineMode, type Expression, expression } from '../expression.js';
import { activated, byChannel } from './activation.js';
import type { Operator, Reading, Value } from './operator.js';

/** With a constant, by channel: y = scale·x + shift. */
type Affine = (constant: Float32Array) => { scale: (c: number) => number; shift: (c: number) => number };

const AFFINE: Readonly<Record<string, Affine>> = {
  Add: (k) => ({ scale: () => 1, shift: (c) => k[c] ?? 0 }),
  Sub: (k) => ({ scale: () => 1, shift: (c) => -(k[c] ?? 0) }),
  Mul: (k) => ({ scale: (c) => k[c] ?? 0, shift: () => 0 }),
  Div: (k) => ({ scale: (c) => 1 / (k[c] ?? 0), shift: () => 0 }),
};

function combined(mode: CombineMode): Operator {
  return (reading) => {
    const [a, b] = [reading.input(0), reading.input(1)];
    if (reading.node.inputs.length !== 2) reading.refuse(`has ${reading.node.inputs.length} inputs; write sums of two`);
    if (a?.kind === 'planes' && b?.kind === 'planes') return pair(reading, mode, a.of, b.of);
    const affine = AFFINE[reading.node.op];
    const swapped = a?.kind === 'constant';
    if (!affine || (swapped && reading.node.op === 'Div'))
      return reading.refuse(
        'has a constant operand, which can be compiled of Add, Sub, Mul, and of Div as the divisor',
      );
    const x = reading.planes(swapped ? 1 : 0);
    const { scale, shift } = affine(byChannel(reading, x, reading.floats(swapped ? 0 : 1)));
    const sign = swapped && reading.node.op === 'Sub' ? -1 : 1; // k − x
    return activated(reading, x, {
      kind: 'affine',
      scale: Float32Array.from({ length: x.channels }, (_, c) => sign * scale(c)),
      shift: Float32Array.from({ length: x.channels }, (_, c) => sign * shift(c)),
    });
  };
}

function pair(reading: Reading, mode: CombineMode, a: Expression, b: Expression): Value {
  const { channels, height, width } = a;
  if (a.op === 'last' || b.op === 'last' || (a.op === 'flat') !== (b.op === 'flat'))
    reading.refuse('combines values that are laid out differently');
  if (b.channels !== channels || b.height !== height || b.width !== width)
    reading.refuse(
      `combines maps of ${channels}×${height}×${width} and ${b.channels}×${b.height}×${b.width}; the engine has no broadcasting`,
    );
  const size = { name: reading.node.outputs[0] ?? '', channels, height, width };
  if (a.op === 'flat' && b.op === 'flat')
    return {
      kind: 'planes',
      of: expression({ ...a, x: expression({ op: 'combine', ...size, mode, a: a.x, b: b.x }) }),
    };
  return { kind: 'planes', of: expression({ op: 'combine', ...size, mode, a, b }) };
}

export const ARITHMETIC: Readonly<Record<string, Operator>> = {
  Add: combined('add'),
  Sub: combined('subtract'),
  Mul: combined('multiply'),
  Max: combined('max'),
  Min: combined('min'),
  Div: (reading) =>
    reading.input(1)?.kind === 'constant'
      ? combined('multiply')(reading)
      : reading.refuse('divides by what a run decides, which the engine does not'),
};

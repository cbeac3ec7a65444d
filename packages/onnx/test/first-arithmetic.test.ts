import { toHalf } from '@pocketnet/files';
import { encodeModel, firstArithmetic, GraphBuilder } from '@pocketnet/onnx';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

type Step = { op: 'Add' | 'Sub' | 'Mul' | 'Div' | 'BatchNormalization' | 'Identity'; by: number };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    op: fc.constantFrom('Add', 'Sub', 'Mul', 'Div', 'BatchNormalization', 'Identity'),
    by: fc.integer({ min: 1, max: 64 }).map((n) => n / 8),
  }) as fc.Arbitrary<Step>,
  { maxLength: 5 },
);

/** A model of these steps, and a network behind them. */
function model(all: readonly Step[], constants: 'scalar' | 'channels' | 'float16'): Uint8Array {
  const b = new GraphBuilder('arithmetic');
  let x = b.input('x', constants === 'float16' ? 'float16' : 'float32', ['n', 3, 4, 4]);
  const constant = (name: string, values: number[], shape: number[]): string =>
    constants === 'float16'
      ? b.initializer(name, 'float16', shape, Uint16Array.from(values, toHalf))
      : b.initializer(name, 'float32', shape, Float32Array.from(values));
  for (const [i, { op, by }] of all.entries()) {
    const three = (name: string, value: number): string => constant(`${name}${i}`, [value, value, value], [3]);
    if (op === 'Identity') x = b.node(op, [x]);
    else if (op === 'BatchNormalization')
      x = b.node(op, [x, three('s', 2), three('b', 0.5), three('m', by), three('v', 4)], { epsilon: 0 });
    else
      x = b.node(op, [
        x,
        constants === 'channels' ? constant(`c${i}`, [by - 0.5, by, by + 0.5], [3, 1, 1]) : constant(`c${i}`, [by], []),
      ]);
  }
  b.output(b.node('Relu', [x]), constants === 'float16' ? 'float16' : 'float32', ['n', 3, 4, 4]);
  return encodeModel(b.build());
}

describe('what a model does to its input before anything else', () => {
  it.each(['scalar', 'channels', 'float16'] as const)(
    'is read as one factor and one offset, of constants that are %s',
    (constants) => {
      fc.assert(
        fc.property(steps, (all) => {
          const expected = all.reduce(
            ({ factor, offset }, { op, by }) => {
              if (op === 'Add') return { factor, offset: offset + by };
              if (op === 'Sub') return { factor, offset: offset - by };
              if (op === 'Mul') return { factor: factor * by, offset: offset * by };
              if (op === 'Div') return { factor: factor / by, offset: offset / by };
              if (op === 'BatchNormalization') return { factor, offset: offset - by + 0.5 };
              return { factor, offset };
            },
            { factor: 1, offset: 0 },
          );
          const { factor, offset } = firstArithmetic(model(all, constants));
          expect(factor / expected.factor).toBeCloseTo(1, 2);
          expect(offset).toBeCloseTo(expected.offset, 2);
        }),
      );
    },
  );

  it('is nothing where the input goes two ways, or into a network at once', () => {
    const b = new GraphBuilder('two ways');
    const x = b.input('x', 'float32', ['n', 3, 4, 4]);
    const one = b.initializer('one', 'float32', [], Float32Array.of(7));
    b.output(b.node('Add', [b.node('Sub', [x, one]), b.node('Relu', [x])]), 'float32', ['n', 3, 4, 4]);
    expect(firstArithmetic(encodeModel(b.build()))).toEqual({ factor: 1, offset: 0 });
  });
});

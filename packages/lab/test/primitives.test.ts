import { type Block, count, execute, primitives } from '@pocketnet/lab';
import { backward, manualSeed, ops, scope } from '@pocketnet/torch';
import { beforeEach, describe, expect, it } from 'vitest';

const channels = 8;
const strides = [1, 2] as const;

beforeEach(() => manualSeed(7));

function using<T>(block: Block, body: (block: Block) => T): T {
  try {
    return scope(() => body(block));
  } finally {
    block.dispose();
  }
}

describe.each([...primitives])('The primitive $name', (primitive) => {
  it.each(strides)(
    'with stride %i keeps its channels, divides the size and derives by its input and every weight',
    (stride) => {
      for (const affine of [true, false])
        using(primitive.make(channels, stride, affine), (block) => {
          const input = ops.randn([2, channels, 6, 10]);
          input.requiresGrad = true;
          const output = block.forward(input);
          expect(output.shape).toEqual([2, channels, 6 / stride, 10 / stride]);
          backward(ops.sum(ops.mul(output, ops.randn(output.shape))));
          for (const [name, value] of [['its input', input] as const, ...block.namedParameters()])
            expect(value.grad && ops.totalNorm([value.grad]), name).toBeGreaterThan(0);
        });
    },
  );

  it.each(strides)('with stride %i gives onto a sum what it gives and the sum', (stride) => {
    using(primitive.make(channels, stride, true).eval(), (block) => {
      const input = ops.contiguous(ops.randn([2, channels, 6, 6]), 'channels_last');
      const addend = ops.contiguous(ops.randn([2, channels, 6 / stride, 6 / stride]), 'channels_last');
      const difference = ops.sub(block.readOnto(addend, input, execute), ops.add(addend, block.forward(input)));
      expect(ops.totalNorm([difference])).toBeLessThan(1e-4);
    });
  });

  it('rounds up where it halves an odd side, unless it says that it takes even ones only', () => {
    using(primitive.make(channels, 2, true), (block) => {
      const input = ops.randn([2, channels, 5, 5]);
      if (primitive.halvesOnlyEven) expect(() => block.forward(input)).toThrow(/size/i);
      else expect(block.forward(input).shape).toEqual([2, channels, 3, 3]);
    });
  });

  it('counts the parameters that it has, and four times the operations on a map of twice the side', () => {
    using(primitive.make(channels, 1, true), (block) => {
      const [small, large] = [count(block, 8, channels), count(block, 16, channels)];
      expect(large.parameters).toBe(block.parameters().reduce((sum, { size }) => sum + size, 0));
      expect(large.flops).toBe(4 * small.flops);
    });
  });
});

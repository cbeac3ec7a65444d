import {
  autocast,
  backward,
  clearGradients,
  enableGrad,
  grad,
  liveTensors,
  noGrad,
  operators,
  ops,
  scope,
  Tensor,
  tensor,
} from '@pocketnet/torch';
import { describe, expect, test } from 'vitest';
import { seeded } from './fuzz/random.mjs';
import { differentiable, maker, samples } from './fuzz/samples.mjs';

type AnyOperator = (...values: unknown[]) => Tensor;
const named = (name: string): AnyOperator => operators.get(name) as unknown as AnyOperator;
const leaves = (values: readonly unknown[]): Tensor[] =>
  values.flat().filter((value): value is Tensor => value instanceof Tensor && value.dtype === 'float64');

/** An operator's sample as a scalar function: Σ weights · output, with weights that tell its elements apart. */
function asScalar(name: string, values: readonly unknown[]): Tensor {
  const [self, ...rest] = values;
  const output = named(name)(...(/_(\.|$)/.test(name) ? [ops.mulScalar(self as Tensor, 1), ...rest] : values));
  const weights = Float64Array.from({ length: output.size }, (_, i) => Math.cos(i + 0.5));
  return ops.sum(ops.mul(output, tensor([...weights], output.shape, 'float64')));
}

/** (f(x + h) − f(x − h)) / 2h for each element of one leaf. */
function differences(leaf: Tensor, f: () => number, h = 1e-5): Float64Array {
  const original = leaf.toFloat64();
  const at = (i: number, value: number): number => {
    const moved = Float64Array.from(original);
    moved[i] = value;
    noGrad(() => ops.copy_(leaf, tensor([...moved], leaf.shape, 'float64')));
    return f();
  };
  const slopes = original.map((value, i) => (at(i, value + h) - at(i, value - h)) / (2 * h));
  noGrad(() => ops.copy_(leaf, tensor([...original], leaf.shape, 'float64')));
  return slopes;
}

describe('Every wrapped operator', () => {
  test.each([...operators.keys()].sort())(
    '%s has a sample call, which the fuzzers and the derivatives need',
    (name) => {
      expect(Object.keys(samples), 'add one to test/fuzz/samples.mjs').toContain(name);
    },
  );

  test.each(Object.keys(differentiable))('%s has the derivative that finite differences have', (name) => {
    scope(() => {
      const values = (differentiable[name] as (typeof differentiable)[string])(maker(seeded(name.length)));
      const inputs = leaves(values);
      expect(inputs.length).toBeGreaterThan(0);
      for (const input of inputs) input.requiresGrad = true;
      const slopes = grad(asScalar(name, values), inputs, { allowUnused: true });
      for (const [i, input] of inputs.entries()) {
        const expected = differences(input, () => scope(() => noGrad(() => asScalar(name, values).item())));
        const actual = slopes[i]?.toFloat64() ?? new Float64Array(input.size); // an unused input has none: zero everywhere
        expected.forEach((slope, k) => {
          expect(Math.abs(slope - (actual[k] ?? Number.NaN)), `input ${i}, element ${k}`).toBeLessThan(
            1e-7 * (1 + Math.abs(slope)),
          );
        });
      }
    });
  });
});

describe('Reverse-mode differentiation', () => {
  test('adds to the gradients that are there until they are cleared', () => {
    scope(() => {
      const x = tensor([3], [1], 'float64');
      x.requiresGrad = true;
      backward(ops.mul(x, x));
      backward(ops.mul(x, x));
      expect(x.grad?.item()).toBe(12);
      clearGradients([x]);
      expect(x.grad).toBeNull();
    });
  });

  test('returns gradients from grad() and leaves those of the leaves alone', () => {
    scope(() => {
      const x = tensor([3], [1], 'float64');
      const unused = tensor([1], [1], 'float64');
      x.requiresGrad = true;
      unused.requiresGrad = true;
      const [slope, none] = grad(ops.mul(x, x), [x, unused], { allowUnused: true });
      expect(slope?.item()).toBe(6);
      expect(none).toBeNull();
      expect(x.grad).toBeNull();
      expect(() => grad(ops.mul(x, x), [unused])).toThrow(/grad: .*not.* used/);
    });
  });

  test('starts from given gradients where the root is no scalar', () => {
    scope(() => {
      const x = tensor([1, 2, 3], [3], 'float64');
      x.requiresGrad = true;
      backward(ops.mul(x, x), { gradients: [tensor([1, 10, 100], [3], 'float64')] });
      expect([...(x.grad?.toFloat64() ?? [])]).toEqual([2, 40, 600]);
      expect(() => backward(ops.mul(x, x))).toThrow(/backward: .*scalar/);
    });
  });

  test('differentiates a derivative with createGraph: (x⁴)″ = 12 x²', () => {
    scope(() => {
      const x = tensor([-2, 0.5, 3], [3], 'float64');
      x.requiresGrad = true;
      const [first] = grad(ops.sum(ops.pow(x, 4)), [x], { createGraph: true });
      const [second] = grad(ops.sum(first as Tensor), [x]);
      expect([...(second?.toFloat64() ?? [])]).toEqual([48, 3, 108]);
    });
  });

  test('needs retainGraph to go through one graph twice', () => {
    scope(() => {
      const x = tensor([3], [1], 'float64');
      x.requiresGrad = true;
      const y = ops.mul(x, x);
      backward(y, { retainGraph: true });
      backward(y);
      expect(() => backward(y)).toThrow(/backward: .*second time/);
    });
  });

  test('records nothing in noGrad, records again in enableGrad, and restores what was after a throw', () => {
    scope(() => {
      const x = tensor([3]);
      x.requiresGrad = true;
      expect(noGrad(() => ops.mul(x, x)).requiresGrad).toBe(false);
      expect(noGrad(() => enableGrad(() => ops.mul(x, x))).requiresGrad).toBe(true);
      expect(() =>
        noGrad(() => {
          throw new Error('mine');
        }),
      ).toThrow('mine');
      expect(ops.mul(x, x).requiresGrad).toBe(true);
    });
  });

  test('refuses asynchronous bodies of noGrad and autocast, whose switch would be back before they end', () => {
    expect(() => noGrad(async () => 1)).toThrow(/synchronous/);
    expect(() =>
      autocast('cpu', async () => {
        throw new Error('dropped');
      }),
    ).toThrow(/synchronous/);
  });

  test('computes products in bfloat16 inside autocast, also after a nested one has ended', () => {
    scope(() => {
      const x = ops.randn([4, 4]);
      const dtypes = autocast('cpu', () => {
        autocast('cpu', () => ops.matmul(x, x));
        return [ops.matmul(x, x).dtype, ops.sum(x).dtype];
      });
      expect(dtypes).toEqual(['bfloat16', 'float32']);
      expect(ops.matmul(x, x).dtype).toBe('float32');
    });
  });

  test('lets only leaves hold gradients, of their own shape and dtype', () => {
    scope(() => {
      const x = tensor([1, 2]);
      x.requiresGrad = true;
      const y = ops.mul(x, x);
      expect(() => y.grad).toThrow(/gradientOf: only leaf/);
      expect(() => {
        x.grad = tensor([1, 2, 3]);
      }).toThrow(/float32\[3\] was given for float32\[2\]/);
      expect(() => {
        x.grad = tensor([1, 2], [2], 'float64');
      }).toThrow(/float64\[2\]/);
      x.grad = tensor([5, 6]);
      expect([...(x.grad?.toFloat32() ?? [])]).toEqual([5, 6]);
    });
  });

  test('leaves no tensor behind: what backward made is freed with its scope', () => {
    const before = liveTensors();
    for (let i = 0; i < 50; i++) {
      scope(() => {
        const x = ops.randn([8, 8]);
        x.requiresGrad = true;
        backward(ops.sum(ops.exp(ops.matmul(x, x))));
        expect(x.grad?.shape).toEqual([8, 8]);
      });
    }
    expect(liveTensors()).toBe(before);
  });
});

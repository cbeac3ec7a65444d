import { engineInfo, grad, manualSeed, operators, ops, scope, setThreads, type Tensor, tensor } from '@pocketnet/torch';
import { afterAll, describe, expect, test } from 'vitest';
import { kernels } from './kernels.js';

const threads = engineInfo().threads;
afterAll(() => setThreads(threads));

/** Output and gradients of one computation, for a fixed gradient of its output. */
function results(inputs: readonly Tensor[], run: (inputs: readonly Tensor[]) => Tensor): Float32Array[] {
  for (const input of inputs) input.requiresGrad = true;
  const output = run(inputs);
  const weights = Float32Array.from({ length: output.size }, (_, i) => Math.cos(i));
  const loss = ops.sum(ops.mul(output, tensor([...weights], output.shape)));
  return [output, ...(grad(loss, inputs) as Tensor[])].map((result) => result.toFloat32());
}

const bits = (values: Float32Array): string => Buffer.from(values.buffer).toString('base64');

function expectClose(actual: Float32Array, expected: Float32Array, tolerance: number, what: string): void {
  const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const worst = expected.reduce((most, value, i) => Math.max(most, Math.abs(value - (actual[i] ?? Number.NaN))), 0);
  expect(actual.length, what).toBe(expected.length);
  expect(worst, `${what}: largest error of values up to ${scale}`).toBeLessThanOrEqual(tolerance * scale);
}

const cases = Object.entries(kernels).flatMap(([name, kernel]) =>
  kernel.layouts.flatMap((layout) =>
    kernel.settings.map((setting) => ({
      name,
      kernel,
      layout,
      setting,
      label: `${name} ${JSON.stringify(setting)} ${layout}`,
    })),
  ),
);

describe('Our kernels', () => {
  test('are each compared with their stock formula', () => {
    const ours = [...operators.keys()].filter((name) => name.startsWith('pocketnet::'));
    const elsewhere = [
      ...['pocketnet::sgd_step_', 'pocketnet::total_norm', 'pocketnet::fits_channels_last'], // below, and no formula
      ...['pocketnet::winograd', 'pocketnet::winograd_filters'], // without a derivative: winograd.test.ts
      'pocketnet::inner_products', // without one: products.test.ts
    ];
    expect([...Object.keys(kernels), ...elsewhere].sort()).toEqual(ours.sort());
  });

  test.each(cases)('$label equals the stock formula, forward and backward', ({ kernel, setting, layout }) => {
    scope(() => {
      manualSeed(1);
      const inputs = kernel.inputs(setting, layout);
      const actual = results(inputs, (x) => kernel.fused(x, setting));
      const expected = results(inputs, (x) => kernel.stock(x, setting));
      for (const [i, values] of expected.entries()) {
        expectClose(actual[i] as Float32Array, values, kernel.tolerance, i === 0 ? 'output' : `gradient ${i - 1}`);
      }
    });
  });

  test.each(cases)('$label does not depend on the number of threads, to the bit', ({ kernel, setting, layout }) => {
    scope(() => {
      manualSeed(2);
      const inputs = kernel.inputs(setting, layout);
      const [one, two] = [1, 2].map((count) => {
        setThreads(count);
        return results(inputs, (x) => kernel.fused(x, setting));
      });
      expect(one?.length).toBeGreaterThan(1);
      expect(two?.map(bits)).toEqual(one?.map(bits));
    });
  });

  // All are differentiable once; one that learns the second derivative is compared with its stock formula here.
  test.each(Object.keys(kernels))('%s refuses, by its name, a gradient that is to be differentiated itself', (name) => {
    scope(() => {
      const kernel = kernels[name] as (typeof kernels)[string];
      const [setting = {}] = kernel.settings;
      manualSeed(3);
      const inputs = kernel.inputs(setting, 'channels_last');
      for (const input of inputs) input.requiresGrad = true;
      const output = kernel.fused(inputs, setting);
      const first = () => grad(ops.sum(ops.mul(output, output)), inputs, { createGraph: true });
      expect(first).toThrow(`${name} has no second derivative`);
    });
  });
});

describe('sgd_step_', () => {
  const shapes = [[7], [3, 5], [16, 8, 3, 3], [1], [0], [1001]];
  const step = (weights: Tensor[], gradients: Tensor[], velocities: Tensor[]): void =>
    ops.sgdStep_(weights, gradients, velocities, 0.1, 0.9, 0.05);

  test.each(['contiguous_format', 'channels_last'] as const)('equals v ← μv + g + wd·w; w ← w − lr·v, %s', (layout) => {
    scope(() => {
      const make = (): Tensor[] =>
        shapes.map((shape) => (shape.length === 4 ? ops.contiguous(ops.randn(shape), layout) : ops.randn(shape)));
      const [w, g, v] = [make(), make(), make()];
      const before = [w, g, v].map((tensors) => tensors.map((x) => x.toFloat32()));
      step(w, g, v);
      for (const i of shapes.keys()) {
        const [w0, g0, v0] = before.map((values) => values[i] as Float32Array) as [
          Float32Array,
          Float32Array,
          Float32Array,
        ];
        const velocity = v0.map((value, k) => 0.9 * value + (g0[k] ?? 0) + 0.05 * (w0[k] ?? 0));
        expectClose((v[i] as Tensor).toFloat32(), velocity, 1e-6, 'velocity');
        expectClose(
          (w[i] as Tensor).toFloat32(),
          w0.map((value, k) => value - 0.1 * (velocity[k] ?? 0)),
          1e-6,
          'weight',
        );
      }
    });
  });

  test('takes layouts and dtypes that differ, one step at a time', () => {
    scope(() => {
      const w = ops.contiguous(ops.randn([4, 8, 3, 3]), 'channels_last');
      const [g, v] = [ops.randn([4, 8, 3, 3]), ops.zeros([4, 8, 3, 3])];
      const expected = ops.sub(w, ops.add(g, w, 0.05), 0.1).toFloat32();
      step([w], [g], [v]);
      expectClose(w.toFloat32(), expected, 1e-6, 'weight');
      const wide = ops.toDtype(w, 'float64');
      step([wide], [ops.toDtype(g, 'float64')], [ops.toDtype(v, 'float64')]);
      expect(wide.dtype).toBe('float64');
    });
  });

  test('does to a mixed list what it does to each of it', () => {
    scope(() => {
      const make = (): Tensor[] => [
        ops.randn([9]),
        ops.contiguous(ops.randn([2, 3, 3, 3]), 'channels_last'),
        ops.slice(ops.randn([4, 7]), 1, 2, 5),
        ops.toDtype(ops.randn([6]), 'float64'),
      ];
      const [w, v] = [make(), make()];
      const g = make().map((x) => ops.contiguous(x)); // the second in another layout than its weight
      const alone = [w, v].map((tensors) => tensors.map((x) => ops.clone(x))) as [Tensor[], Tensor[]];
      for (const [i, gradient] of g.entries()) step([alone[0][i] as Tensor], [gradient], [alone[1][i] as Tensor]);
      step(w, g, v);
      const floats = (x: Tensor): Float32Array => ops.toDtype(x, 'float32').toFloat32();
      for (const [i, weight] of w.entries()) {
        expectClose(floats(weight), floats(alone[0][i] as Tensor), 1e-6, `weight ${i}`);
        expectClose(floats(v[i] as Tensor), floats(alone[1][i] as Tensor), 1e-6, `velocity ${i}`);
      }
    });
  });

  test('refuses lists that do not match', () => {
    scope(() => {
      const x = ops.randn([3]);
      expect(() => step([x], [], [x])).toThrow(/sgd_step_: .*as many/);
      expect(() => step([x], [ops.randn([4])], [x])).toThrow(/sgd_step_: .*shape.*float32\[4\]/s);
    });
  });
});

describe('total_norm', () => {
  test('is the L2 norm over all elements of all tensors, summed in float64', () => {
    scope(() => {
      const tensors = [
        ops.randn([5]),
        ops.contiguous(ops.randn([2, 8, 3, 3]), 'channels_last'),
        ops.randn([0]),
        ops.transpose(ops.randn([4, 7]), 0, 1),
        ops.slice(ops.randn([4, 7]), 1, 2, 5),
        ops.toDtype(ops.randn([6]), 'float64'),
      ];
      const expected = Math.hypot(...tensors.flatMap((x) => Array.from(x.toArray(), Number)));
      expect(ops.totalNorm(tensors)).toBeCloseTo(expected, 10 - Math.ceil(Math.log10(expected)));
      expect(ops.totalNorm([])).toBe(0);
      expect(ops.totalNorm([tensor([1, Number.NaN])])).toBeNaN();
    });
  });
});

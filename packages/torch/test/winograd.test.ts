import { engineInfo, manualSeed, noGrad, ops, scope, setThreads, type Tensor } from '@pocketnet/torch';
import { afterAll, describe, expect, test } from 'vitest';

const threads = engineInfo().threads;
afterAll(() => setThreads(threads));

interface Setting {
  images: number;
  channels: number;
  out: number;
  height: number;
  width: number;
  bias: boolean;
}

const settings: Setting[] = [
  { images: 3, channels: 64, out: 64, height: 14, width: 14, bias: true },
  { images: 2, channels: 32, out: 48, height: 7, width: 7, bias: false },
  { images: 40, channels: 8, out: 16, height: 12, width: 16, bias: true }, // more tiles than are multiplied at once
  { images: 1, channels: 5, out: 3, height: 1, width: 9, bias: true },
  { images: 2, channels: 17, out: 33, height: 10, width: 3, bias: true },
];

function draw({ images, channels, out, height, width, bias }: Setting) {
  manualSeed(1);
  return {
    x: ops.contiguous(ops.randn([images, channels, height, width]), 'channels_last'),
    weight: ops.randn([out, channels, 3, 3]),
    bias: bias ? ops.randn([out]) : null,
  };
}

const largest = (values: Float32Array): number => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
const inOrder = (tensor: Tensor): Float32Array => ops.contiguous(tensor).toFloat32();
const quietly = (body: () => void): void => noGrad(() => scope(body));

describe.each(settings)("Winograd's convolution of $images × $channels → $out × $height × $width", (setting) => {
  test('equals the direct one', () => {
    quietly(() => {
      const { x, weight, bias } = draw(setting);
      const direct = inOrder(ops.conv2d(x, weight, bias, 1, 1));
      const ours = inOrder(ops.winograd(x, ops.winogradFilters(weight), bias, setting.out));
      expect(largest(ours.map((value, i) => value - (direct[i] ?? Number.NaN)))).toBeLessThan(3e-5 * largest(direct));
    });
  });

  test('does not depend on the number of threads or the layout of its input, to the bit', () => {
    quietly(() => {
      const { x, weight, bias } = draw(setting);
      const filters = ops.winogradFilters(weight);
      const results = [1, 2].flatMap((count) => {
        setThreads(count);
        return [x, ops.contiguous(x)].map((input) => inOrder(ops.winograd(input, filters, bias, setting.out)));
      });
      for (const result of results) expect(result).toEqual(results[0]);
    });
  });
});

describe("Winograd's convolution", () => {
  test('refuses what it cannot do', () => {
    scope(() => {
      const { x, weight, bias } = draw({ images: 1, channels: 8, out: 8, height: 6, width: 6, bias: true });
      const filters = ops.winogradFilters(weight);
      x.requiresGrad = true;
      expect(() => ops.winograd(x, filters, bias, 8)).toThrow(/no derivative: call it within noGrad/);
      x.requiresGrad = false;
      expect(() => ops.winograd(x, weight, bias, 8)).toThrow(/winograd_filters made of a weight of \[8, 8, 3, 3\]/);
      expect(() => ops.winograd(x, filters, ops.zeros([7]), 8)).toThrow(/bias must have 8 numbers/);
      expect(() => ops.winogradFilters(ops.zeros([8, 8, 5, 5]))).toThrow(/must be \[out, in, 3, 3\]/);
    });
  });
});

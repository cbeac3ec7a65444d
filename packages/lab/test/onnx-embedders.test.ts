import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromHalf, toHalf } from '@pocketnet/files';
import { type Embedder, likenessWarning, type OpenOptions, openEmbedder } from '@pocketnet/lab';
import { type Dtype, encodeModel, GraphBuilder } from '@pocketnet/onnx';
import { afterAll, describe, expect, it } from 'vitest';
import { noise } from './random-network.js';

const folder = mkdtempSync(join(tmpdir(), 'lab-onnx-'));
afterAll(() => rmSync(folder, { recursive: true }));

type Step = readonly [op: 'Sub' | 'Mul' | 'Div' | 'Add', by: number | readonly number[]];

interface Made {
  steps?: readonly Step[];
  dtype?: Dtype;
  layout?: 'NCHW' | 'NHWC';
  height?: number;
  width?: number;
  batch?: number | string;
  metadata?: Record<string, string>;
}

/** A model whose embedding is the picture as its network sees it: after the steps that it begins with. */
async function seen(made: Made, options: OpenOptions = {}): Promise<{ embedder: Embedder; embed: Embedder['embed'] }> {
  const { steps = [], dtype = 'float32', layout = 'NCHW', height = 8, width = 8, batch = 'n', metadata = {} } = made;
  const b = new GraphBuilder('seen');
  const sides = layout === 'NCHW' ? [3, height, width] : [height, width, 3];
  let x = b.input('image', dtype, [batch, ...sides]);
  if (dtype === 'uint8') x = b.node('Cast', [x], { to: 1 });
  for (const [i, [op, by]] of steps.entries()) {
    const values = typeof by === 'number' ? [by] : by;
    const shape = values.length === 1 ? [] : [3, 1, 1];
    const constant =
      dtype === 'float16'
        ? b.initializer(`c${i}`, dtype, shape, Uint16Array.from(values, toHalf))
        : b.initializer(`c${i}`, 'float32', shape, Float32Array.from(values));
    x = b.node(op, [x, constant]);
  }
  b.output(b.node('Flatten', [x], { axis: 1 }), dtype === 'float16' ? dtype : 'float32', [batch, 3 * height * width]);
  const path = join(folder, 'seen.onnx');
  writeFileSync(path, encodeModel(b.build(), { metadata }));
  const embedder = await openEmbedder(path, options);
  return { embedder, embed: (images, count) => embedder.embed(images, count).finally(() => embedder.close()) };
}

/** What exporters put in front of a network that was trained on (x − 127.5) / 127.5, or nearly that. */
const inside: Record<string, Step[]> = {
  nothing: [],
  'MXNet: minus 127.5, times 1 / 127.5': [
    ['Sub', 127.5],
    ['Mul', 1 / 127.5],
  ],
  'divided by 127.5, minus 1': [
    ['Div', 127.5],
    ['Sub', 1],
  ],
  'a mean a channel': [
    ['Sub', [127.5, 127.5, 127.5]],
    ['Div', [127.5, 127.5, 127.5]],
  ],
  'pictures of 0 … 1, times 2, minus 1': [
    ['Mul', 2],
    ['Add', -1],
  ],
  'pictures of 0 … 1, minus a half, divided by it': [
    ['Sub', 0.5],
    ['Div', 0.5],
  ],
};

const largest = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] ?? Number.NaN))), 0);

describe('a network sees the same picture', () => {
  const images = noise(2, 8);

  it.each(Object.entries(inside))('whatever its graph begins with: %s', async (_, steps) => {
    const expected = await (await seen({})).embed(images, 2);
    const given = await (await seen({ steps })).embed(images, 2);
    expect(largest(given, expected)).toBeLessThan(2e-5);
  });

  it('through float16, within its precision', async () => {
    const expected = Array.from(await (await seen({})).embed(images, 2), (value) => fromHalf(toHalf(value)));
    expect([...(await (await seen({ dtype: 'float16' })).embed(images, 2))]).toEqual(expected);
  });

  it('through bytes, within a half of one', async () => {
    const steps: Step[] = [
      ['Sub', 127.5],
      ['Div', 127.5],
    ];
    const expected = await (await seen({})).embed(images, 2);
    expect(largest(await (await seen({ dtype: 'uint8', steps })).embed(images, 2), expected)).toBeLessThan(
      0.51 / 127.5,
    );
  });

  it('as mean and scale say, whatever the graph: (pixel − mean) · scale', async () => {
    const planes = await (
      await seen({ steps: inside['divided by 127.5, minus 1'] ?? [] }, { mean: [1, 2, 3], scale: 127.5 / 100 })
    ).embed(images, 1);
    for (const [channel, mean] of [1, 2, 3].entries())
      for (const pixel of [0, 17, 63]) {
        const given = 127.5 * (images[3 * pixel + channel] ?? 0) + 127.5;
        expect(planes[64 * channel + pixel]).toBeCloseTo((given - mean) / 100 - 1, 4);
      }
  });

  it('of our own exports in the range that their metadata name', async () => {
    const steps: Step[] = [['Div', 127.5]];
    const expected = images.subarray(0, 192).map((value) => value / 127.5);
    const given = await (await seen({ steps, layout: 'NHWC', metadata: { preprocessing: 'ours' } })).embed(images, 1);
    expect(largest(given, expected)).toBeLessThan(1e-6);
  });
});

describe('an input that is not square', () => {
  it.each([
    ['NCHW', 12, 8],
    ['NCHW', 8, 12],
    ['NHWC', 112, 96],
    ['NHWC', 6, 12],
  ] as const)('%s of %i × %i is the middle of a square crop', async (layout, height, width) => {
    const side = Math.max(height, width);
    const images = noise(2, side);
    const { embedder, embed } = await seen({ layout, height, width });
    expect([embedder.size, embedder.dimension]).toEqual([side, 3 * height * width]);
    const given = await embed(images, 2);
    const [top, left] = [(side - height) / 2, (side - width) / 2];
    for (const [image, row, column, channel] of [
      [0, 0, 0, 0],
      [1, height - 1, width - 1, 2],
      [1, 3, 5, 1],
    ] as const) {
      const at = layout === 'NCHW' ? (channel * height + row) * width + column : (row * width + column) * 3 + channel;
      const from = ((image * side + top + row) * side + left + column) * 3 + channel;
      expect(given[image * 3 * height * width + at]).toBe(images[from]);
    }
  });
});

describe('many images', () => {
  it.each([1, 2, 3])('are shared among %i threads, in their order, whatever their number', async (threads) => {
    const { embedder } = await seen({ layout: 'NHWC' }, { threads });
    for (const count of [1, 15, 16, 17, 40]) {
      const images = noise(count + 1, 8, count);
      expect(await embedder.embed(images, count)).toEqual(images.slice(0, count * 192));
    }
    const [one, other] = [noise(16, 8, 1), noise(20, 8, 2)];
    expect(await Promise.all([embedder.embed(one, 16), embedder.embed(other, 20)])).toEqual([one, other]);
    await embedder.close();
  });

  it('of a model of a fixed batch come in their order too', async () => {
    const { embed } = await seen({ layout: 'NHWC', batch: 3 }, { threads: 2 });
    const images = noise(17, 8);
    expect(await embed(images, 17)).toEqual(images);
  });
});

describe('nearly equal embeddings', () => {
  /** Rows about a common direction: the smaller `spread`, the more alike. */
  const rows = (count: number, spread: number) => {
    const data = noise(1, 32, 5)
      .slice(0, count * 8)
      .map((value, i) => (i % 8 === 0 ? 1 : 0) + spread * value);
    return { rows: count, cols: 8, data };
  };

  it('are warned of where most are, and only there', () => {
    expect(likenessWarning(rows(40, 0.05))).toMatch(/^Unrelated faces get nearly equal embeddings .*--mean/);
    expect(likenessWarning(rows(40, 3))).toBeUndefined();
  });

  it('are not those of one picture in many places, nor of a handful', () => {
    const { data, ...shape } = rows(40, 3);
    const copies = { ...shape, data: data.map((_, i) => data[i % 24] ?? 0) };
    expect(likenessWarning(copies)).toBeUndefined();
    expect(likenessWarning(rows(4, 0.001))).toBeUndefined();
  });
});

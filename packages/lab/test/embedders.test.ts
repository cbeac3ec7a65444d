import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeAll, generatedPairs, readPairs } from '@pocketnet/data';
import { verification } from '@pocketnet/evaluate';
import {
  type Embedder,
  embedPairs,
  exportOnnx,
  mirrored,
  networkEmbedder,
  openEmbedder,
  swapRedAndBlue,
} from '@pocketnet/lab';
import { compareRuns, encodeModel, GraphBuilder } from '@pocketnet/onnx';
import { saveTensors, type Tensor } from '@pocketnet/torch';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noise, randomNetwork } from './random-network.js';

const folder = mkdtempSync(join(tmpdir(), 'lab-embedders-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string): string => join(folder, name);
const small = 'pocketnet-xs-64';

beforeAll(() => {
  const state = randomNetwork(small, { input: 32 }).stateDict();
  const wrapped = new Map([...state].map(([name, tensor]): [string, Tensor] => [`state_dict.module.${name}`, tensor]));
  const facts = { network: small, input: '32', embedding: '64' };
  saveTensors(file('w.safetensors'), state, facts);
  saveTensors(file('wrapped.safetensors'), wrapped, facts);
  saveTensors(file('w112.pth'), randomNetwork(small).stateDict());
  exportOnnx(file('w.safetensors'), undefined, file('m.onnx'));
  writeFileSync(file('m.tflite'), 'TFL3 and the rest');
});

/** Every way to get an embedder; the suite below runs over it. */
const makers: Record<string, () => Promise<Embedder>> = {
  'a network': async () =>
    networkEmbedder(randomNetwork(small, { input: 32 }), { name: small, dimension: 64, size: 32 }),
  'weights in .safetensors': () => openEmbedder(file('w.safetensors')),
  'weights that wrappers have renamed': () => openEmbedder(file('wrapped.safetensors')),
  'weights in .pth, by name': () => openEmbedder(file('w112.pth'), { network: 'PocketNet-XS-64' }),
  'ONNX, native': () => openEmbedder(file('m.onnx'), { threads: 1 }),
  'ONNX, wasm': () => openEmbedder(file('m.onnx'), { runtime: 'wasm' }),
  'ONNX of a fixed batch': () => openEmbedder(flattener('fixed.onnx', [2, 3, 8, 8])),
  'ONNX that takes NHWC': () => openEmbedder(flattener('nhwc.onnx', ['n', 8, 8, 3])),
};
const data = process.env.POCKETNET_DATA;
if (data) {
  for (const teacher of ['mobilefacenet', 'fr_feature']) {
    makers[`the teacher ${teacher}`] = () => openEmbedder(`${data}/faces/teachers/${teacher}.onnx`, { threads: 1 });
  }
}

/** A model whose embedding is the input as it sees it, so that layout and order can be told. */
function flattener(name: string, shape: (number | string)[]): string {
  const builder = new GraphBuilder('flattener');
  const flat = builder.node('Flatten', [builder.input('image', 'float32', shape)], { axis: 1 });
  builder.output(flat, 'float32', [shape[0] ?? null, 192]);
  writeFileSync(file(name), encodeModel(builder.build()));
  return file(name);
}

describe.each(Object.entries(makers))('%s', (_, make) => {
  let embedder: Embedder;
  let images: Float32Array;
  const count = 3;
  beforeAll(async () => {
    embedder = await make();
    images = noise(count, embedder.size);
  });
  afterAll(() => embedder?.close());
  const image = (i: number): Float32Array =>
    images.slice((i * images.length) / count, ((i + 1) * images.length) / count);

  it('says what it is called, what it takes and what it gives', () => {
    expect(embedder.name).not.toBe('');
    expect(embedder.size).toBeGreaterThan(0);
    expect(embedder.dimension).toBeGreaterThan(0);
  });

  it('gives one finite embedding an image, and other ones for other images', async () => {
    const given = await embedder.embed(images, count);
    expect(given.length).toBe(count * embedder.dimension);
    expect(given.every(Number.isFinite)).toBe(true);
    expect(given.slice(0, embedder.dimension)).not.toEqual(given.slice(embedder.dimension, 2 * embedder.dimension));
  });

  it('gives the same again, and the same whatever the other images of the batch are', async () => {
    const all = await embedder.embed(images, count);
    expect(await embedder.embed(images, count)).toEqual(all);
    for (let i = 0; i < count; i++) {
      const row = all.slice(i * embedder.dimension, (i + 1) * embedder.dimension);
      expect(compareRuns(row, await embedder.embed(image(i), 1)).maxRelative).toBeLessThan(1e-5);
    }
  });

  it('takes only the first images of an array that is longer', async () => {
    const two = await embedder.embed(images, 2);
    expect(two.length).toBe(2 * embedder.dimension);
    expect(compareRuns((await embedder.embed(images, count)).slice(0, two.length), two).maxRelative).toBeLessThan(1e-5);
  });

  it('sees colours and sides: red and blue swapped, or mirrored, is another image', async () => {
    const given = await embedder.embed(images, 1);
    const swapped = image(0);
    swapRedAndBlue(swapped);
    expect(compareRuns(given, await embedder.embed(swapped, 1)).maxRelative).toBeGreaterThan(1e-4);
    expect(
      compareRuns(given, await embedder.embed(mirrored(image(0), 1, embedder.size), 1)).maxRelative,
    ).toBeGreaterThan(1e-4);
  });
});

describe('layout', () => {
  it('is turned to planes for NCHW and left for NHWC', async () => {
    const images = noise(3, 8);
    const nhwc = await openEmbedder(flattener('nhwc.onnx', ['n', 8, 8, 3]));
    expect(await nhwc.embed(images, 3)).toEqual(images);
    const nchw = await openEmbedder(flattener('nchw.onnx', [2, 3, 8, 8]));
    const planes = await nchw.embed(images, 3);
    const at = (n: number, c: number, p: number): [number | undefined, number | undefined] => [
      planes[n * 192 + c * 64 + p],
      images[n * 192 + p * 3 + c],
    ];
    for (const [given, expected] of [at(0, 0, 0), at(0, 2, 63), at(1, 1, 17), at(2, 0, 5), at(2, 2, 63)])
      expect(given).toBe(expected);
    await Promise.all([nhwc.close(), nchw.close()]);
  });

  it('mirrors of mirrors, and swaps of swaps, are the image itself', () => {
    const images = noise(2, 7);
    expect(mirrored(mirrored(images, 2, 7), 2, 7)).toEqual(images);
    const twice = images.slice();
    swapRedAndBlue(twice);
    swapRedAndBlue(twice);
    expect(twice).toEqual(images);
  });
});

describe('opening', () => {
  it.each([
    ['a file of an unknown kind', 'm.tflite', {}, /m\.tflite is no model: its content is neither.*\.onnx/],
    ['a network that does not exist', 'w112.pth', { network: 'resnet' }, /no network 'resnet'/],
    ['weights of another network', 'w112.pth', { network: 'pocketnet-s-128' }, /w112\.pth.*do not fit/],
    ['a file that is not there', 'nothing.onnx', {}, /nothing\.onnx/],
  ])('%s is refused with the file and the reason', async (_, name, options, message) => {
    await expect(openEmbedder(file(name), options)).rejects.toThrow(message);
  });

  it.each([
    ['vectors', ['n', 128]],
    ['images of one channel', ['n', 1, 8, 8]],
  ])('a model of %s is refused as no face embedder', async (_, shape) => {
    await expect(openEmbedder(flattener('odd.onnx', shape))).rejects.toThrow('no face embedder');
  });
});

describe('pairs', () => {
  it('are embedded once an image: repeats cost nothing and give the same rows', async () => {
    const { images, same } = generatedPairs({ pairs: 4, identities: 3, size: 32 });
    const embedder = await openEmbedder(file('w.safetensors'));
    let embedded = 0;
    const counting: Embedder = {
      ...embedder,
      embed: (floats, count) => {
        embedded += count;
        return embedder.embed(floats, count);
      },
    };
    const twice = await embedPairs(counting, {
      images: [...images, ...images.map((image) => image.slice())],
      same: [...same, ...same],
    });
    expect(embedded).toBe(2 * images.length); // the image and its mirror image
    const half = twice.sums.data.length / 2;
    expect(twice.sums.data.slice(0, half)).toEqual(twice.sums.data.slice(half));
    const once = await embedPairs(embedder, { images, same }, { batch: 3 });
    expect(compareRuns(twice.sums.data.slice(0, half), once.sums.data).maxRelative).toBeLessThan(1e-5);
    expect(once.xNorm).toBeCloseTo(twice.xNorm, 3);
    await embedder.close();
  });

  it('are the sum of image and mirror image, raw, in the channel order asked for', async () => {
    const { images, same } = generatedPairs({ pairs: 1, size: 32 });
    const embedder = await openEmbedder(file('w.safetensors'));
    const floats = await decodeAll(images, 32);
    swapRedAndBlue(floats);
    const [straight, mirror] = [await embedder.embed(floats, 2), await embedder.embed(mirrored(floats, 2, 32), 2)];
    const { sums } = await embedPairs(embedder, { images, same }, { channels: 'bgr' });
    expect(
      compareRuns(
        straight.map((value, i) => value + (mirror[i] ?? 0)),
        sums.data,
      ).maxRelative,
    ).toBeLessThan(1e-6);
    await embedder.close();
  });
});

it.skipIf(!data)('the teacher mobilefacenet tells 100 pairs of lfw_dev apart (needs POCKETNET_DATA)', async () => {
  const { images, same } = readPairs(`${data}/faces/lfw_dev.bin`);
  // Its first fold is 300 pairs of one person, then 300 of two: here one of each in turn.
  const chosen = Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? i / 2 : 300 + (i - 1) / 2));
  const some = {
    images: chosen.flatMap((i) => images.slice(2 * i, 2 * i + 2)),
    same: chosen.map((i) => same[i] === true),
  };
  const embedder = await openEmbedder(`${data}/faces/teachers/mobilefacenet.onnx`);
  const { sums } = await embedPairs(embedder, some);
  await embedder.close();
  expect(verification(sums, some.same, { folds: 5 }).accuracy).toBeGreaterThan(0.9);
});

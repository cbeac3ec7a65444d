import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generatedPairs, readPairs } from '@pocketnet/data';
import {
  Block,
  checkExport,
  exportNetwork,
  exportOnnx,
  exportTolerance,
  findNetwork,
  type Genotype,
  type Interpreter,
  networkEmbedder,
  networks,
  optimizeOnnx,
  PocketNet,
  quantiseOnnx,
  storeNames,
  storeOnnx,
} from '@pocketnet/lab';
import { compareRuns, decodeModel, encodeModel, type Graph, missingRuntimes, openModel } from '@pocketnet/onnx';
import { nn, saveTensors } from '@pocketnet/torch';
import { afterAll, describe, expect, it } from 'vitest';
import { noise, randomised, randomNetwork, runnableNetworks } from './random-network.js';

const folder = mkdtempSync(join(tmpdir(), 'lab-export-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** NHWC to what the exported graph takes. */
function planes(images: Float32Array, count: number, size: number): Float32Array<ArrayBuffer> {
  const out = new Float32Array(images.length);
  for (let n = 0; n < count; n++)
    for (let p = 0; p < size * size; p++)
      for (let c = 0; c < 3; c++) out[(n * 3 + c) * size * size + p] = images[(n * size * size + p) * 3 + c] ?? 0;
  return out;
}

const bytes = (data: ArrayBufferView = new Uint8Array()): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

/** Largest difference between a network on libtorch and its graph in ONNX Runtime, relative to the largest number. */
async function difference(
  network: Block,
  { name, embedding, input, count = 2 }: { name: string; embedding: number; input: number; count?: number },
) {
  const images = noise(count, input);
  const embedder = networkEmbedder(network, { name, dimension: embedding, size: input });
  const reference = await embedder.embed(images, count);
  const { graph, metadata } = exportNetwork(network, { name, embedding, input });
  const model = await openModel(encodeModel(graph, { metadata }), { threads: 1 });
  const { embedding: result } = await model.run({
    input: { data: planes(images, count, input), dims: [count, 3, input, input] },
  });
  await model.close();
  expect(result?.dims).toEqual([count, embedding]);
  return compareRuns(reference, result?.data as Float32Array).maxRelative;
}

describe('an exported file', () => {
  const network = randomNetwork('pocketnet-xs-64');
  afterAll(() => network.dispose());
  const written = (name: string): string => {
    const { graph, metadata } = exportNetwork(network, { name: 'pocketnet-xs-64', embedding: 64, input: 112 });
    const path = join(folder, name);
    writeFileSync(path, encodeModel(graph, { metadata }));
    return path;
  };

  it('is optimised in place by a recipe: fewer kinds of nodes, the same numbers, and it says so', async () => {
    const path = written('all.onnx');
    const { recipe, nodes, difference, timings } = await optimizeOnnx(path, path, 'all');
    expect({ recipe, timings }).toEqual({ recipe: 'all', timings: [] });
    expect(difference).toBeLessThan(exportTolerance);
    const { graph, metadata } = decodeModel(readFileSync(path));
    expect(graph.nodes.length).toBe(nodes.after);
    expect(graph.nodes.filter(({ op }) => op === 'BatchNormalization' || op === 'PRelu')).toEqual([]);
    expect(metadata).toMatchObject({ network: 'pocketnet-xs-64', optimized: 'all' });
    expect(graph.outputs).toEqual([{ name: 'embedding', dtype: 'float32', shape: ['batch', 64] }]);
  });

  it('is optimised by measurement, and left alone for a recipe that is none', async () => {
    const path = written('auto.onnx');
    const before = readFileSync(path);
    await expect(optimizeOnnx(path, path, 'most')).rejects.toThrow(/no recipe "most"; there are auto, prelu\+apart/);
    expect(readFileSync(path).equals(before)).toBe(true);
    const { recipe, timings } = await optimizeOnnx(path, path, 'auto');
    expect(timings[0]?.recipe).toBe(recipe);
    expect(decodeModel(readFileSync(path)).metadata.optimized).toBe(`${recipe}, the fastest in native with 1 threads`);
  });

  it('is compared with the graph before on faces, and its weights stored in fewer bits', async () => {
    const path = written('half.onnx');
    const check = 'generated:identities=3,images=3,size=64';
    const { bytes, checked, difference } = await optimizeOnnx(path, path, 'conv+apart', { check });
    expect(checked).toBe(9);
    expect(difference).toBeLessThan(exportTolerance);
    const sizes = storeNames.map((how) => {
      const stored = join(folder, `${how}.onnx`);
      expect(storeOnnx(path, stored, how)).toBe(readFileSync(stored).length);
      const { metadata } = decodeModel(readFileSync(stored));
      expect(metadata).toMatchObject({ network: 'pocketnet-xs-64', weights: expect.stringMatching(`^${how}`) });
      return readFileSync(stored).length;
    });
    expect(sizes.every((size, i) => size < 0.85 * (sizes[i - 1] ?? bytes))).toBe(true);
    await expect(optimizeOnnx(path, path, 'all', { check: 'generated:identities=2,images=2,size=64' })).rejects.toThrow(
      /holds 4 faces/,
    );
  });

  it('is written in eight bits, much smaller and nearly the same', async () => {
    const path = written('float.onnx');
    const faces = 'generated:identities=4,images=8,size=64';
    const whole = await quantiseOnnx(path, join(folder, 'int8.onnx'), { faces, images: 16 });
    expect(whole).toMatchObject({ images: 12, observer: 'mse', inFloat: [] });
    expect(whole.cosine).toBeGreaterThan(0.98);
    expect(whole.bytes).toBeLessThan(0.6 * readFileSync(path).length);
    const part = await quantiseOnnx(path, join(folder, 'part.onnx'), { faces, images: 16, inFloat: 5 });
    expect(part.inFloat).toHaveLength(5);
    expect(part.noise).toBeLessThan(whole.noise);
    expect([part.quantised, part.bytes <= whole.bytes]).toEqual([whole.quantised, true]);
    expect(decodeModel(readFileSync(join(folder, 'part.onnx'))).metadata.quantised).toMatch(/^int8, mse on 12 faces/);
    await expect(quantiseOnnx(path, join(folder, 'none.onnx'), { faces, observer: 'best' })).rejects.toThrow(
      /no observer "best"; there are minmax, percentile, mse/,
    );
  });
});

describe.each(runnableNetworks)('the graph of $name', ({ name, embedding }) => {
  const network = randomNetwork(name);
  const { graph, metadata } = exportNetwork(network, { name, embedding, input: 112 });
  afterAll(() => network.dispose());

  it('computes what the network computes', async () => {
    expect(await difference(network, { name, embedding, input: 112 })).toBeLessThanOrEqual(exportTolerance);
  });

  it('takes `input` and gives `embedding`, of any batch', () => {
    expect(graph.inputs).toEqual([{ name: 'input', dtype: 'float32', shape: ['batch', 3, 112, 112] }]);
    expect(graph.outputs).toEqual([{ name: 'embedding', dtype: 'float32', shape: ['batch', embedding] }]);
  });

  it('holds every tensor of the state dict under its name', () => {
    for (const [key, tensor] of network.stateDict()) {
      if (key.endsWith('num_batches_tracked')) continue; // counts training steps, and computes nothing
      expect(Buffer.from(tensor.toFloat32().buffer).equals(bytes(graph.initializers.get(key)?.data)), key).toBe(true);
    }
  });

  it('says what it is and how to feed it', () => {
    expect(metadata).toMatchObject({ network: name, embedding: String(embedding), input: '112' });
    expect(metadata.preprocessing).toContain('(x - 127.5) / 127.5');
    if (network instanceof PocketNet) expect(metadata.genotype).toMatch(/^Genotype\(normal=\[/);
    expect(Object.keys(metadata)).toEqual(expect.arrayContaining(['data', 'licence']));
  });
});

describe('an export', () => {
  const small = 'pocketnet-xs-64';

  it.each([32, 48, 64])('at %i pixels computes what the network computes', async (input) => {
    const network = randomNetwork(small, { input });
    expect(await difference(network, { name: small, embedding: 64, input, count: 3 })).toBeLessThanOrEqual(
      exportTolerance,
    );
    network.dispose();
  });

  it('of every primitive computes what the network computes: mean pools leave padding out', async () => {
    const cell: Genotype['normal'] = [
      [
        ['avg_pool_3x3', 0],
        ['dw_conv_1x1', 1],
      ],
      [
        ['max_pool_3x3', 0],
        ['skip_connect', 1],
      ],
      [
        ['dw_conv_3x3', 2],
        ['dw_conv_5x5', 3],
      ],
      [
        ['dw_conv_7x7', 0],
        ['avg_pool_3x3', 4],
      ],
    ];
    const genotype: Genotype = { normal: cell, normalConcat: [2, 3, 4, 5], reduce: cell, reduceConcat: [2, 3, 4, 5] };
    const network = randomNetwork(small, { input: 32, genotype });
    expect(await difference(network, { name: small, embedding: 64, input: 32 })).toBeLessThanOrEqual(exportTolerance);
    network.dispose();
  });

  it('of norms without scale and shift, and of convolutions with a bias, computes what the network computes', async () => {
    class Plain extends Block {
      readonly first = new nn.Conv2d(3, 8, 3, { padding: 1, bias: true });
      readonly bn = new nn.BatchNorm2d(8, { affine: false });
      readonly last = new nn.Conv2d(8, 4, 8, { bias: true });
      read<V>(x: V, by: Interpreter<V>): V {
        return by.flatten(by.conv(by.norm(by.conv(x, this.first), this.bn), this.last));
      }
    }
    const network = randomised(new Plain());
    expect(await difference(network, { name: 'plain', embedding: 4, input: 8 })).toBeLessThanOrEqual(exportTolerance);
    network.dispose();
  });

  it('refuses a network that reads a layer which is none of its own', () => {
    const stray = new nn.PReLU(3);
    class Odd extends Block {
      read<V>(x: V, by: Interpreter<V>): V {
        return by.prelu(x, stray);
      }
    }
    expect(() => exportNetwork(new Odd(), { name: 'odd', embedding: 3, input: 8 })).toThrow('none of its own');
  });

  it('adds one node a layer, and the same graph each time', () => {
    const network = randomNetwork(small, { input: 32 });
    const graph = (): Graph => exportNetwork(network, { name: small, embedding: 64, input: 32 }).graph;
    expect(encodeModel(graph())).toEqual(encodeModel(graph()));
    const layers = [...network.modules()].filter(
      ([, module]) => module instanceof nn.Conv2d || module instanceof nn.BatchNorm2d || module instanceof nn.PReLU,
    );
    const named = new Set(graph().nodes.map((node) => node.name));
    expect(layers.filter(([path]) => !named.has(path))).toEqual([]);
    network.dispose();
  });

  it('from a file agrees with libtorch in every runtime, and carries what the weights say of themselves', async () => {
    const [weights, model] = [join(folder, 'w.safetensors'), join(folder, 'm.onnx')];
    const network = randomNetwork(small, { input: 32 });
    saveTensors(weights, network.stateDict(), { network: small, input: '32', data: 'noise', step: '7' });
    network.dispose();
    const { metadata, opset } = exportOnnx(weights, undefined, model, { licence: 'CC0-1.0' });
    expect(opset).toBeGreaterThanOrEqual(17);
    expect(metadata).toMatchObject({ input: '32', data: 'noise', step: '7', licence: 'CC0-1.0' });
    const opened = await openModel(model);
    expect(opened.metadata).toEqual(metadata);
    await opened.close();
    const check = await checkExport(weights, model, generatedPairs({ pairs: 2, size: 32 }).images);
    const missing = Object.entries(await missingRuntimes());
    expect(Object.keys(check)).toEqual(missing.flatMap(([name, reason]) => (reason === undefined ? [name] : [])));
    expect(Object.keys(check)).toEqual(expect.arrayContaining(['native', 'wasm', 'engine']));
    for (const relative of Object.values(check)) expect(relative).toBeLessThanOrEqual(exportTolerance);
  });
});

const data = process.env.POCKETNET_DATA;
it.skipIf(!data)(
  'the official weights, exported, agree with libtorch on real crops in every runtime (needs POCKETNET_DATA)',
  async () => {
    const [weights, model] = [`${data}/golden/s128backbone.pth`, join(folder, 's128.onnx')];
    exportOnnx(weights, 'PocketNetS-128', model);
    const crops = readPairs(`${data}/faces/lfw_dev.bin`).images.slice(0, 8);
    for (const relative of Object.values(await checkExport(weights, model, crops, 'PocketNetS-128'))) {
      expect(relative).toBeLessThanOrEqual(exportTolerance);
    }
  },
);

it('findNetwork and the registry agree on names, however they are spelt', () => {
  for (const { name } of networks) expect(findNetwork(name.toUpperCase().replaceAll('-', '_')).name).toBe(name);
});

import { createHash } from 'node:crypto';
import { foldNorms, networkEmbedder } from '@pocketnet/lab';
import { fromArray, liveTensors, noGrad, ops, scope, type Tensor } from '@pocketnet/torch';
import { describe, expect, it } from 'vitest';
import { noise, randomNetwork, runnableNetworks } from './random-network.js';

const size = 32;
const images = (count: number): Tensor =>
  ops.permute(fromArray(noise(count, size), [count, size, size, 3]), [0, 3, 1, 2]);

/** |a − b| / |b| */
function relative(a: Float32Array, b: Float32Array): number {
  const squares = (f: (i: number) => number): number => b.reduce((sum, _, i) => sum + f(i) ** 2, 0);
  return Math.sqrt(squares((i) => (a[i] ?? Number.NaN) - (b[i] ?? 0)) / squares((i) => b[i] ?? 0));
}

const cosine = (a: Float32Array, b: Float32Array): number => {
  const dot = (x: Float32Array, y: Float32Array): number => x.reduce((sum, value, i) => sum + value * (y[i] ?? 0), 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
};

describe.each(runnableNetworks)('$name with its norms folded away', ({ name, embedding }) => {
  it('gives the embeddings that it gives as it is', () => {
    const network = randomNetwork(name, { input: size });
    const folded = foldNorms(network);
    const read = (f: (x: Tensor) => Tensor): Float32Array => noGrad(() => scope(() => f(images(2)).toFloat32()));
    const plain = read((x) => network.forward(x));
    expect(relative(read(folded.read), plain)).toBeLessThan(1e-5);
    expect(relative(read(folded.read), plain)).toBeLessThan(1e-5); // the second time from the copies
    folded.dispose();
    network.dispose();
  });

  it("gives almost the same ones by Winograd's algorithm", () => {
    const network = randomNetwork(name, { input: size });
    const [plain, folded] = [foldNorms(network), foldNorms(network, { winograd: true })];
    const [exact, fast] = [plain, folded].map(({ read }) => noGrad(() => scope(() => read(images(2)).toFloat32())));
    expect(relative(fast as Float32Array, exact as Float32Array)).toBeLessThan(1e-4);
    for (const each of [plain, folded]) each.dispose();
    network.dispose();
  });

  it('looks in bfloat16 almost the same way', async () => {
    const network = randomNetwork(name, { input: size });
    const options = { name, dimension: embedding, size, frozen: true };
    const [exact, coarse] = [
      networkEmbedder(network, options),
      networkEmbedder(network, { ...options, precision: 'bf16' }),
    ];
    const pixels = noise(1, size);
    expect(cosine(await coarse.embed(pixels, 1), await exact.embed(pixels, 1))).toBeGreaterThan(0.99);
    for (const embedder of [exact, coarse]) await embedder.close();
    network.dispose();
  });
});

describe('Folding', () => {
  it('leaves nothing behind, nor the network changed', () => {
    const network = randomNetwork('mobilefacenet', { input: size });
    const digests = () =>
      [...network.stateDict().values()].map((tensor) => createHash('sha1').update(tensor.toArray()).digest('hex'));
    const [before, alive] = [digests(), liveTensors()];
    const folded = foldNorms(network);
    noGrad(() => scope(() => void folded.read(images(1))));
    expect(liveTensors()).toBeGreaterThan(alive);
    folded.dispose();
    expect(liveTensors()).toBe(alive);
    expect(digests()).toEqual(before);
    network.dispose();
  });
});

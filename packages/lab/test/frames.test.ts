import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  count,
  exportOnnx,
  type FrameChanges,
  foldNorms,
  loadNetwork,
  PocketNet,
  preprocessings,
  randomGenotype,
  SearchNetwork,
  signatureOf,
  stems,
} from '@pocketnet/lab';
import { decodeModel } from '@pocketnet/onnx';
import { manualSeed, noGrad, ops, scope, type Tensor } from '@pocketnet/torch';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyFrame } from './any-frame.js';
import { experiment, metadata, run, workplace } from './experiment.js';
import { randomised } from './random-network.js';

const at = workplace();
const distance = (a: Tensor, b: Tensor): number => ops.totalNorm([ops.sub(a, b)]) / ops.totalNorm([b]);
const build = (frame: FrameChanges = {}): PocketNet =>
  new PocketNet({
    genotype: randomGenotype(1),
    channels: 8,
    cells: 9,
    embedding: 32,
    input: 64,
    ...frame,
  } as ConstructorParameters<typeof PocketNet>[0]);
const cost = (frame: FrameChanges = {}) => {
  const network = build(frame);
  const all = count(network, 64);
  network.dispose();
  return all;
};

describe('The frame of a network', () => {
  test("is the paper's where nothing is said", () => {
    expect(cost({ stem: 'half', preprocessing: 'pointwise', join: 'concat', stemMultiplier: 4 })).toEqual(cost());
    expect(cost({ cells: [3, 2, 1] })).toEqual(cost());
  });

  test.each(preprocessings.names.filter((name) => name !== 'pointwise' && name !== 'bare'))(
    'pre-processes cheaper by %s than as in the paper',
    (preprocessing) => {
      const [own, usual] = [cost({ preprocessing }), cost()];
      expect(own.macs).toBeLessThan(usual.macs);
      expect(own.parameters).toBeLessThan(usual.parameters);
    },
  );

  test('leaves pre-processing out where widths agree, which they do where a cell gives the sum of its nodes', () => {
    const usual = cost({ join: 'sum', stemMultiplier: 1 });
    expect(cost({ join: 'sum', stemMultiplier: 1, preprocessing: 'bare' }).macs).toBeLessThan(usual.macs);
    expect(cost({ preprocessing: 'bare' })).toEqual(cost()); // concatenations are wider than any cell
  });

  test('of any kind computes in training and evaluation, folded and not, mixed in a search', () => {
    fc.assert(
      fc.property(fc.nat(1e6), anyFrame({ channels: 4 }), (seed, frame) =>
        scope(() => {
          manualSeed(seed);
          const shape = { ...frame, input: 32 };
          const network = randomised(new PocketNet({ genotype: randomGenotype(seed), ...shape, embedding: 9 }));
          const images = ops.randn([2, 3, 32, 32]);
          noGrad(() => {
            expect(network.train().forward(images).shape).toEqual([2, 9]);
            network.eval();
            const folded = foldNorms(network);
            expect(distance(folded.read(images), network.forward(images))).toBeLessThan(1e-4);
            folded.dispose();
            const mixed = new SearchNetwork({ ...shape, classes: 3, nodes: 2 });
            // Many images: deep maps are a pixel wide, and a norm over two values makes a sign of their rounding.
            const many = ops.randn([16, 3, 32, 32]);
            // Channels last, the fused cell computes; else operation by operation.
            const [fused, apart] = (['channels_last', 'contiguous_format'] as const).map((layout) =>
              mixed.forward(ops.contiguous(many, layout)),
            ) as [Tensor, Tensor];
            expect(distance(fused, apart)).toBeLessThan(1e-3);
            mixed.dispose();
          });
          network.dispose();
        }),
      ),
      { numRuns: 25 },
    );
  });

  test('is trained, kept with the weights, read again and exported', async () => {
    const frame = { channels: 4, cells: [1, 0, 1], preprocessing: 'shared', join: 'sum' };
    const { out } = await run(at('framed'), experiment({ frame }));
    expect(JSON.parse(metadata(out).frame ?? '')).toEqual(frame);
    const path = join(out, 'last.safetensors');
    const { network } = loadNetwork(path);
    expect((network as PocketNet).options).toMatchObject({ ...frame, stem: 'half' });
    network.dispose();
    const exported = exportOnnx(path, undefined, at('framed.onnx'));
    expect(JSON.parse(exported.metadata.frame ?? '')).toEqual(frame);
    expect(decodeModel(readFileSync(at('framed.onnx'))).metadata.frame).toBe(exported.metadata.frame);
    await expect(run(at('other'), experiment({ network: 'mobilefacenet', frame }))).rejects.toThrow(
      /no cells, and so no frame/,
    );
  });

  test('says what it does not know', () => {
    for (const [frame, complaint] of [
      [{ stem: 'third' }, /no stem 'third'; there are half, quarter/],
      [{ preprocessing: 'none' }, /no pre-processing 'none'; there are pointwise, grouped, shared, bare/],
      [{ stem: 'quarter', input: 72 }, /72 pixels does not fit/],
    ] as const)
      expect(() => build(frame as FrameChanges)).toThrow(complaint);
    expect(() => experiment({ frame: { chanels: 3 } })).toThrow(/frame.chanels: unknown key; did you mean "channels"/);
  });

  test('has a stem of every kind that divides the image as it says', () => {
    for (const { name, stride } of stems) {
      const network = build({ stem: name });
      expect(signatureOf(network.stem, { channels: 3, side: 64 })).toMatch(/^conv 3-32 k3 s2/);
      network.dispose();
      expect([2, 4]).toContain(stride);
    }
  });
});

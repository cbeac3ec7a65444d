import { writeFileSync } from 'node:fs';
import {
  alphaColumns,
  checkSearch,
  count,
  findGenotype,
  type Genotype,
  PocketNet,
  primitives,
  readAlphas,
  SearchNetwork,
  search,
  writeGenotype,
} from '@pocketnet/lab';
import { manualSeed, ops, scope } from '@pocketnet/torch';
import { expect, test } from 'vitest';
import { experiment, run, workplace } from './experiment.js';
import { plainConv } from './siblings/primitive.js';

const at = workplace();

test('A primitive of your own stands behind the others, by a name that is its own and fits a genotype', () => {
  expect(primitives.get('plain_conv_3x3')).toBe(plainConv);
  expect(alphaColumns().slice(-2)).toEqual(['plain_conv_3x3', 'none']);
  expect(() => primitives.add(plainConv)).toThrow(/second primitive named plain_conv_3x3/);
  expect(() => primitives.add({ ...plainConv, name: 'none' })).toThrow(/'none' is no primitive/);
  expect(() => primitives.add({ ...plainConv, name: '3×3' })).toThrow(/'3×3'.*letters/);
});

test('A search chooses among it and the others, within a budget that counts it', async () => {
  const config = checkSearch(
    {
      data: { train: 'generated:identities=4,images=4,seed=1,size=32', size: 32, workers: 0 },
      network: { channels: 4, cells: 3, nodes: 2 },
      batch: 4,
      epochs: 1,
      threads: 1,
      validateEvery: 1,
      architect: { lr: 0.02 },
      budget: { count: 'flops', target: 1, weight: 1e3 },
    },
    'test',
  );
  const { steps } = await search(config, { out: at('search'), quiet: true });
  expect(steps).toBe(2);
  const column = alphaColumns().indexOf('plain_conv_3x3');
  for (const edge of readAlphas(at('search')).alphas.normal.flat()) {
    expect(edge).toHaveLength(9);
    expect(edge[column]).toBeLessThan((edge[2] ?? 0) - 0.02); // it costs most of all, a skip nothing
  }
});

test('A search cell with it gives the same over either memory layout: the fused one leaves it to the general path', () => {
  scope(() => {
    manualSeed(5);
    const network = new SearchNetwork({ classes: 3, channels: 4, cells: 3, nodes: 1, input: 32 });
    const images = ops.randn([4, 3, 32, 32]);
    const [plain, channelsLast] = (['contiguous_format', 'channels_last'] as const).map((layout) =>
      network.forward(ops.contiguous(images, layout)),
    );
    expect(ops.totalNorm([ops.sub(plain as typeof images, channelsLast as typeof images)])).toBeLessThan(1e-3);
    network.dispose();
  });
});

test('A network is made of it by the text of a genotype, counted, and trained', async () => {
  const others = findGenotype('softmax_casia');
  const own: Genotype = {
    ...others,
    normal: others.normal.map((node) => node.map(([, from]) => ['plain_conv_3x3', from])),
  };
  writeFileSync(at('own.txt'), writeGenotype(own));
  const { steps, loss } = await run(at('run'), experiment({ genotype: at('own.txt') }));
  expect(steps).toBe(2);
  expect(loss).toBeGreaterThan(0);
  expect(macs(own)).toBeGreaterThan(macs(others));
});

function macs(genotype: Genotype): number {
  const network = new PocketNet({ genotype, channels: 8, cells: 6, embedding: 64, input: 32 });
  try {
    return count(network, 32).macs;
  } finally {
    network.dispose();
  }
}

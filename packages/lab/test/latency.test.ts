import { writeFileSync } from 'node:fs';
import {
  casiaGenotype,
  checkSearch,
  cifarGenotype,
  costOfCells,
  count,
  EdgePrices,
  type Genotype,
  isWithin,
  keyOf,
  type LatencyTable,
  measureParts,
  PocketNet,
  partsOf,
  partsOfFrame,
  predictedMs,
  primitives,
  randomGenotype,
  randomWithin,
  rankCorrelation,
  readLatencyTable,
  restKey,
  signatureOf,
  writeLatencyTable,
} from '@pocketnet/lab';
import { usualEngine } from '@pocketnet/onnx';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyFrame } from './any-frame.js';
import { workplace } from './experiment.js';

const at = workplace();
const shape = { embedding: 128, input: 64 };
const small = { channels: 8, cells: 3, ...shape };

/** A table that says of a part how many multiply-adds and outputs it has, and of the rest a constant. */
function countedTable(networks: readonly PocketNet[]): LatencyTable {
  const parts = networks.flatMap(partsOfFrame).map((part) => {
    const { block, input } = part;
    return [keyOf(part), { what: part.what, ms: count(block, input.side, input.channels).flops / 1e6 }] as const;
  });
  const rest = networks.map((network) => [restKey(network), { what: 'rest', ms: 1 }] as const);
  return { machine: 'test', engine: 'none', frames: ['test'], parts: Object.fromEntries([...parts, ...rest]) };
}

describe('A table of operations', () => {
  test('has every part of any genotype in its frame, and adds up what they cost', () => {
    fc.assert(
      fc.property(anyFrame({ channels: 8 }), fc.nat(1e6), (frame, seed) => {
        const table = countedTable([new PocketNet({ ...shape, ...frame, genotype: casiaGenotype })]);
        const network = new PocketNet({ ...shape, ...frame, genotype: randomGenotype(seed) });
        const all = count(network, 64).flops;
        const tail = count(network.tail, lastSide(network), lastWidth(network)).flops + count(network.stem, 64).flops;
        expect(predictedMs(network, table)).toBeCloseTo(1 + (all - tail) / 1e6, 6);
        network.dispose();
      }),
      { numRuns: 20 },
    );
  });

  test('tells operations apart by what they do, not by their names', () => {
    const signatures = primitives.names.map((name) => {
      const block = primitives.get(name)?.make(8, 1, true);
      return signatureOf(block as NonNullable<typeof block>, { channels: 8, side: 16 });
    });
    expect(new Set(signatures).size).toBe(primitives.names.length);
    expect(signatures[3]).toBe('prelu 8, conv 8-8 k3 s1 g8, conv 8-8 k1 s1 g1, norm 8 @ 8x16');
    expect(signatures[2]).toBe('nothing @ 8x16');
  });

  test('is kept as a file, and says what it lacks and how it is made', () => {
    const network = new PocketNet({ ...small, genotype: casiaGenotype });
    const table = countedTable([network]);
    writeLatencyTable(at('table.json'), table);
    expect(readLatencyTable(at('table.json'))).toEqual(table);
    const other = new PocketNet({ ...small, channels: 16, genotype: casiaGenotype });
    expect(() => predictedMs(other, table)).toThrow(/no time of "rest: conv 3-64.*it is of test.*bench --operations/);
    writeFileSync(at('broken.json'), '{"parts": 3}');
    expect(() => readLatencyTable(at('broken.json'))).toThrow(/broken.json is no table of operations/);
  });

  test('measures each part on the engine: wider and larger kernels take longer', async () => {
    const network = new PocketNet({ ...small, channels: 16, genotype: casiaGenotype });
    const parts = await measureParts([network], { engine: await usualEngine(), runs: 20 });
    const ms = (kernel: number): number =>
      Object.values(parts).find(({ what }) => what === `dw_conv_${kernel}x${kernel} of 32 channels at 16 pixels`)?.ms ??
      Number.NaN;
    expect(ms(7)).toBeGreaterThan(ms(1));
    const all = [...partsOf(network).map(keyOf), restKey(network)].map((key) => parts[key]?.ms ?? Number.NaN);
    expect(all.every((each) => each >= 0)).toBe(true);
    expect(Object.values(parts).every(({ what }) => what.length > 0)).toBe(true);
  });

  test('prices cells edge by edge as their whole network is counted, in any frame', () => {
    fc.assert(
      fc.property(anyFrame({ channels: 8 }), fc.nat(), fc.integer({ min: 2, max: 4 }), (frame, seed, nodes) => {
        const built = (genotype: Genotype) => {
          const network = new PocketNet({ ...frame, ...shape, genotype });
          const counted = count(network, shape.input);
          network.dispose();
          return counted;
        };
        const prices = new EdgePrices(nodes, built);
        const genotype = randomGenotype(seed, nodes);
        expect(prices.costOf(genotype)).toEqual(built(genotype));
        expect(prices.covers(genotype)).toBe(true);
        expect(prices.covers({ ...genotype, normalConcat: [2] })).toBe(false);
      }),
      { numRuns: 8 },
    );
  });

  test('limits a search, by the network that is meant', () => {
    const [frame, wide] = [
      { channels: 8, cells: 3, stemMultiplier: 3 },
      { channels: 16, size: 128 },
    ];
    const wideNet = new PocketNet({ ...frame, embedding: 128, channels: 16, input: 128, genotype: casiaGenotype });
    writeLatencyTable(at('wide.json'), countedTable([wideNet]));
    const config = (most: number, least = 0) =>
      checkSearch(
        {
          ...{ data: { train: 'x', size: 64 }, network: frame, batch: 4 },
          limits: { latency: { table: at('wide.json'), least, most }, network: wide },
        },
        'test',
      ).config;
    const cost = costOfCells(casiaGenotype, config(1));
    expect(cost.flops).toBe(count(wideNet, 128).flops);
    const { ms = 0 } = cost;
    for (const [most, least, fits] of [
      [ms * 1.1, ms * 0.9, true],
      [ms * 0.9, 0, false],
      [ms * 2, ms * 1.5, false],
    ] as const)
      expect(isWithin(cost, config(most, least))).toBe(fits);
    const alike = checkSearch(
      {
        ...{ data: { train: 'x', size: 64 }, network: frame, batch: 4 },
        limits: { latency: { table: at('wide.json'), like: ['softmax_casia', 'softmax_cifar10'] }, network: wide },
      },
      'test',
    ).config;
    const time = (genotype: Genotype): number => costOfCells(genotype, alike).ms ?? Number.NaN;
    const wanted = (time(casiaGenotype) + time(cifarGenotype)) / 2;
    for (const seed of [1, 2, 3]) {
      const found = randomWithin(seed, alike);
      expect(Math.abs(time(found.genotype) / wanted - 1)).toBeLessThan(0.05);
      expect(found.genotype).toEqual(randomGenotype(found.seed));
    }
  });
});

test("The rank correlation is Spearman's", () => {
  expect(rankCorrelation([1, 2, 3, 4], [10, 20, 30, 40])).toBeCloseTo(1);
  expect(rankCorrelation([1, 2, 3, 4], [4, 3, 2, 1])).toBeCloseTo(-1);
  expect(rankCorrelation([1, 2, 3, 4, 5], [2, 1, 4, 3, 5])).toBeCloseTo(0.8);
  expect(rankCorrelation([1, 1, 2], [1, 1, 2])).toBeCloseTo(1);
});

function lastSide({ cells, options }: PocketNet): number {
  const first = options.stem === 'half' ? 32 : 16;
  return Array.from(cells).reduce((side, { shape: { reduces } }) => (reduces ? side / 2 : side), first);
}

function lastWidth({ cells, options }: PocketNet): number {
  const channels = Array.from(cells).at(-1)?.shape.channels ?? 0;
  return options.join === 'sum' ? channels : 4 * channels;
}

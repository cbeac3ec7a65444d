import {
  type AlphaValues,
  alphaColumns,
  casiaGenotype,
  cellGraph,
  costTable,
  count,
  countSkips,
  deriveGenotype,
  drawCell,
  expectedCost,
  findGenotype,
  PocketNet,
  primitives,
  randomGenotype,
  readGenotype,
  SearchNetwork,
  writeGenotype,
} from '@pocketnet/lab';
import { grad, manualSeed, noGrad, ops, scope, type Tensor } from '@pocketnet/torch';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { publishedShares } from './published-alphas.js';

const logs = (cell: AlphaValues): AlphaValues => cell.map((node) => node.map((row) => row.map(Math.log)));
/** ln p is α up to a constant an edge; the original run's edges were compared with the constants taken off. */
const centred = (cell: AlphaValues): AlphaValues =>
  logs(cell).map((node) =>
    node.map((row) => row.map((value) => value - row.reduce((sum, each) => sum + each, 0) / row.length)),
  );
const published = { normal: centred(publishedShares.normal), reduce: centred(publishedShares.reduce) };

test('The columns of α are in the released order, which is the one that the fused cell takes', () => {
  expect(alphaColumns()).toEqual([
    ...['max_pool_3x3', 'avg_pool_3x3', 'skip_connect'],
    ...['dw_conv_3x3', 'dw_conv_5x5', 'dw_conv_7x7', 'dw_conv_1x1', 'none'],
  ]);
  expect(ops.searchCellOperations).toEqual(alphaColumns());
});

describe('Deriving a genotype', () => {
  test('gives the shipped one from the published α of the original search, order inside nodes included', () => {
    expect(writeGenotype(deriveGenotype(published))).toBe(writeGenotype(casiaGenotype));
  });

  test('by soft-max gives the same operations there, but another order inside reduction nodes', () => {
    const found = deriveGenotype(published, { by: 'softmax' });
    expect(writeGenotype(found)).not.toBe(writeGenotype(casiaGenotype));
    expect(found.reduce.map((node) => [...node].sort())).toEqual(casiaGenotype.reduce.map((node) => [...node].sort()));
  });

  const row = fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 8, maxLength: 8 });
  const cell = fc.tuple(...[2, 3, 4, 5].map((edges) => fc.array(row, { minLength: edges, maxLength: edges })));

  test('never keeps `none`, keeps two different edges a node, and knows no constant added to all α', () => {
    fc.assert(
      fc.property(cell, cell, (normal, reduce) => {
        const found = deriveGenotype({ normal, reduce });
        for (const node of [...found.normal, ...found.reduce]) {
          expect(new Set(node.map(([, from]) => from)).size).toBe(2);
          expect(node.every(([name]) => name !== 'none')).toBe(true);
        }
        const moved = (all: AlphaValues): AlphaValues =>
          all.map((node) => node.map((edge) => edge.map((alpha) => alpha + 8)));
        const again = deriveGenotype({ normal: moved(normal), reduce: moved(reduce) });
        expect(again.normal.flat().length).toBe(found.normal.flat().length);
      }),
    );
  });

  test('keeps no more skip-connections than allowed, and the rest as it was where there are few', () => {
    const skip = alphaColumns().indexOf('skip_connect');
    fc.assert(
      fc.property(cell, fc.integer({ min: 0, max: 8 }), (normal, skips) => {
        const alphas = {
          normal: normal.map((node) => node.map((edge) => edge.map((a, k) => (k === skip ? a + 2 : a)))),
          reduce: normal,
        };
        const free = deriveGenotype(alphas);
        const limited = deriveGenotype(alphas, { skips });
        expect(countSkips(limited.normal)).toBeLessThanOrEqual(skips);
        if (countSkips(free.normal) <= skips) expect(limited).toEqual(free);
        expect(limited.reduce).toEqual(free.reduce);
      }),
    );
  });

  test('says what an edge should be', () => {
    expect(() => deriveGenotype({ normal: [[[1, 2], [3]]], reduce: [] })).toThrow(/8 numbers/);
  });
});

describe('Random cells', () => {
  test('are cells: two different states into every node, any operation but none; one seed draws one', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 5 }), (seed, nodes) => {
        const found = randomGenotype(seed, nodes);
        expect(readGenotype(writeGenotype(found))).toEqual(found);
        expect(randomGenotype(seed, nodes)).toEqual(found);
        for (const cell of [found.normal, found.reduce]) {
          expect(cell).toHaveLength(nodes);
          for (const [node, edges] of cell.entries()) {
            expect(new Set(edges.map(([, from]) => from)).size).toBe(2);
            expect(edges.every(([name, from]) => name !== 'none' && from < node + 2)).toBe(true);
          }
        }
      }),
    );
  });

  test('are drawn evenly: over many seeds every operation and every state is as frequent as chance has it', () => {
    const edges = Array.from({ length: 2000 }, (_, seed) => randomGenotype(seed).normal[3] ?? []).flat();
    const share = (of: (edge: (typeof edges)[number]) => boolean): number => edges.filter(of).length / edges.length;
    for (const name of primitives.names) expect(share(([each]) => each === name)).toBeCloseTo(1 / 7, 1);
    for (let from = 0; from < 5; from++) expect(share(([, each]) => each === from)).toBeCloseTo(1 / 5, 1);
  });

  test('are found by random:SEED, as published ones are by name', () => {
    expect(findGenotype('random:12')).toEqual(randomGenotype(12));
    expect(findGenotype('softmax_casia')).toBe(casiaGenotype);
    expect(() => findGenotype('random:')).toThrow(/random:SEED, or a file/);
  });
});

describe('The search network', () => {
  const make = (changes: object = {}): SearchNetwork =>
    new SearchNetwork({ classes: 5, channels: 8, cells: 4, nodes: 3, input: 32, ...changes });

  test('has the released names and, at full size, the released number of parameters', () => {
    scope(() => {
      const network = new SearchNetwork({ classes: 10_572, tailGroups: 128 });
      const names = [...network.stateDict().keys()];
      for (const name of [
        'alpha_normal.3',
        'alpha_reduce.0',
        'net.cells.0.dag.3.4._ops.6.net.3.running_var',
        'net.cells.2.dag.0.1._ops.2.conv21.weight',
        'net.tail.7.bias',
        'net.linear.weight',
      ])
        expect(names).toContain(name);
      const total = network.weights.reduce((sum, weight) => sum + weight.size, 0);
      expect(total).toBe(4_156_316);
      network.dispose();
    });
  });

  test.each([32, 64, 112])('takes %i pixels, and names an input that it cannot halve', (input) => {
    scope(() => {
      const network = make({ input });
      const logits = noGrad(() => network.forward(ops.randn([2, 3, input, input])));
      expect(logits.shape).toEqual([2, 5]);
      network.dispose();
    });
    expect(() => make({ input: input + 4 })).toThrow(new RegExp(`${input + 4} pixels.*multiples of 16`));
  });

  test('counts what is expected of its cells as the derived network does, once every edge has chosen', () => {
    scope(() => {
      const network = make({ nodes: 1, cells: 4, stemMultiplier: 4 });
      for (const alpha of network.alphas) noGrad(() => ops.copy_(ops.slice(alpha, 1, 4, 5), ops.full([2, 1], 60)));
      const table = costTable(network, 32, 'flops');
      const expected = expectedCost(network.shares(), table).item();
      const alphas = { normal: network.alpha_normal.values(), reduce: network.alpha_reduce.values() };
      const cells = (genotype: ReturnType<typeof deriveGenotype>): number => {
        const net = new PocketNet({ genotype, channels: 8, cells: 4, embedding: 16, input: 32 });
        const { flops } = count(net, 32);
        net.dispose();
        return flops;
      };
      const chosen = deriveGenotype(alphas);
      const pools = {
        ...chosen,
        normal: [
          [
            ['skip_connect', 0],
            ['skip_connect', 1],
          ] as const,
        ],
        reduce: chosen.reduce,
      };
      const normals = table.normal.flat(2).length;
      expect(normals).toBe(16);
      // Skips in normal cells cost nothing: the difference of the two networks is what the normal cell's two convolutions cost.
      const [conv5 = 0] = [table.normal[0]?.map((row) => row[4] ?? 0).reduce((a, b) => a + b, 0)];
      expect(cells(chosen) - cells(pools)).toBe(conv5);
      expect(expected).toBeGreaterThan(conv5);
      network.dispose();
    });
  });

  test.each([
    { channels: 8, nodes: 3 },
    { channels: 6, nodes: 2 },
    { channels: 16, nodes: 4, cells: 3 },
  ])('gives the same with its fused cells as operation by operation: $channels channels, $nodes nodes', (shape) => {
    scope(() => {
      manualSeed(4);
      const network = make(shape);
      for (const alpha of network.alphas) noGrad(() => ops.normal_(alpha, 0, 1));
      const start = new Map([...network.stateDict()].map(([name, value]) => [name, ops.clone(value)]));
      const images = ops.randn([4, 3, 32, 32]);
      const labels = ops.toDtype(ops.arange(4), 'int64');
      const results = (['contiguous_format', 'channels_last'] as const).map((layout) => {
        network.loadStateDict(start);
        const loss = ops.crossEntropy(network.forward(ops.contiguous(images, layout)), labels);
        const slopes = grad(loss, [...network.alphas, ...network.weights]) as Tensor[];
        const state = [...network.stateDict()].filter(
          ([name]) => name.includes('running') || name.includes('num_batches'),
        );
        return {
          slopes: slopes.map((slope) => slope.toFloat32()),
          loss: loss.item(),
          state: state.map(([, value]) => Array.from(value.toArray(), Number)),
        };
      });
      const [plain, fused] = results as [(typeof results)[number], (typeof results)[number]];
      expect(fused.loss).toBeCloseTo(plain.loss, 4);
      expect(distance(fused.slopes, plain.slopes)).toBeLessThan(1e-3);
      expect(distance(fused.state, plain.state)).toBeLessThan(1e-4);
      network.dispose();
    });
  });
});

/** |a − b|₂ / |b|₂ over lists of lists. */
function distance(a: readonly ArrayLike<number>[], b: readonly ArrayLike<number>[]): number {
  let [difference, size] = [0, 0];
  for (const [i, list] of b.entries())
    for (let k = 0; k < list.length; k++) {
      difference += ((a[i]?.[k] ?? Number.NaN) - (list[k] ?? 0)) ** 2;
      size += (list[k] ?? 0) ** 2;
    }
  return Math.sqrt(difference / size);
}

describe('A drawing', () => {
  test('names every operation of the cell, in Graphviz and as SVG', async () => {
    const dot = cellGraph(casiaGenotype, 'reduce');
    expect(dot).toContain('"c_{k-1}" -> "0" [label="dw_conv_3x3"]');
    const svg = await drawCell(casiaGenotype, 'reduce');
    expect(svg).toMatch(/<svg[\s\S]*max_pool_3x3[\s\S]*<\/svg>/);
    expect(svg.match(/class="edge"/g)).toHaveLength(8 + 4);
  });
});

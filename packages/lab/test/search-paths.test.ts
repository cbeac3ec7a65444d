import { Random } from '@pocketnet/files';
import {
  alphaColumns,
  classifying,
  costOfCells,
  countSkips,
  crossed,
  deriveGenotype,
  deriveWithin,
  distilling,
  type Edge,
  evolve,
  fairPath,
  type Genotype,
  isWithin,
  liking,
  mutated,
  PocketNet,
  pathOf,
  pathStep,
  primitives,
  randomGenotype,
  readGenotype,
  type SearchBatch,
  SearchNet,
  takeStatistics,
  writeGenotype,
} from '@pocketnet/lab';
import { indexTensor, manualSeed, nn, noGrad, ops, optim, scope, type Tensor } from '@pocketnet/torch';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyFrame } from './any-frame.js';
import { tinySearch } from './tiny-search.js';

const shape = { channels: 4, cells: 3, nodes: 2, input: 32 };
const classes = 5;

const distance = (a: Tensor, b: Tensor): number => ops.totalNorm([ops.sub(a, b)]) / Math.max(1e-12, ops.totalNorm([b]));

function batch(seed: number, images = 6): SearchBatch {
  manualSeed(seed);
  const labels = Array.from({ length: images }, (_, i) => i % classes);
  return { images: ops.randn([images, 3, 32, 32]), labels: indexTensor(labels) };
}

describe('Fair paths', () => {
  test('give every pair of states of a node, and every operation of an edge, its turn before any a second one', () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.integer({ min: 1, max: 4 }), (seed, nodes) => {
        const operations = primitives.names.length;
        for (const kind of ['normal', 'reduce'] as const) {
          const node = nodes - 1;
          const [pairs, taken] = [new Map<string, number>(), new Map<string, number>()];
          const states = node + 2;
          const steps = ((states * (states - 1)) / 2) * operations;
          for (let step = 0; step < steps; step++) {
            const edges = fairPath(seed, step, nodes)[kind][node] ?? [];
            const pair = edges.map(([, from]) => from).join();
            pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
            for (const edge of edges) taken.set(edge.join(), (taken.get(edge.join()) ?? 0) + 1);
          }
          expect([...pairs.values()]).toEqual(Array(pairs.size).fill(operations));
          expect([...taken.values()]).toEqual(Array(states * operations).fill(states - 1));
        }
      }),
      { numRuns: 20 },
    );
  });

  test('are cells, follow from seed and step, and differ between them', () => {
    const texts = Array.from({ length: 30 }, (_, step) => writeGenotype(fairPath(3, step, 4)));
    for (const text of texts) expect(writeGenotype(readGenotype(text))).toBe(text);
    expect(new Set(texts).size).toBe(30);
    expect(writeGenotype(fairPath(3, 7, 4))).toBe(texts[7]);
    expect(writeGenotype(fairPath(4, 7, 4))).not.toBe(texts[7]);
  });
});

describe('A path through a search network', () => {
  test('embeds as the network of its cells with the same weights, in any frame', () =>
    scope(() => {
      fc.assert(
        fc.property(fc.nat(1e6), anyFrame(shape), (seed, frame) =>
          scope(() => {
            manualSeed(seed);
            const genotype = randomGenotype(seed, shape.nodes);
            const net = new SearchNet({ ...shape, ...frame, classes }).eval();
            const own = new PocketNet({ genotype, ...shape, ...frame, embedding: 128 }).eval();
            copyPath(net, own, genotype);
            const { images } = batch(seed);
            const [path, cells] = noGrad(() => [net.embedPath(images, genotype), own.forward(images)]);
            expect(distance(path, cells)).toBeLessThan(1e-5);
          }),
        ),
        { numRuns: 25 },
      );
    }));

  test('learns by a step, and leaves the weights of all other operations as they were', () =>
    scope(() => {
      manualSeed(1);
      const net = new SearchNet({ ...shape, classes });
      const genotype = randomGenotype(5, shape.nodes);
      const optimizer = optim.sgd(net.parameters(), { lr: 0.05, momentum: 0.9, weightDecay: 3e-4 });
      const before = new Map(Array.from(net.namedParameters(), ([name, value]) => [name, ops.clone(value)]));
      const on = new Set(net.modulesOn(genotype).flatMap((module) => module.parameters()));
      const lesson = batch(2);
      const losses = [0, 1, 2].map(
        () => pathStep({ net, optimizer, objective: classifying, clip: 5 }, genotype, lesson, 0.05).loss,
      );
      expect(losses[2]).toBeLessThan(losses[0] as number);
      for (const [name, value] of net.namedParameters()) {
        const moved = distance(value, before.get(name) as Tensor) > 0;
        expect(moved, name).toBe(on.has(value));
      }
    }));

  test('takes its batch statistics anew, whatever the shared ones were, so that it embeds a batch as in training', () =>
    scope(() => {
      manualSeed(1);
      const net = new SearchNet({ ...shape, classes: 0 });
      const genotype = randomGenotype(6, shape.nodes);
      const lesson = batch(3, 40);
      const embed = pathOf(net, genotype).embed;
      const found = [1, 2, 3].map((seed) => {
        noGrad(() => {
          for (const [, module] of net.modules())
            if (module instanceof nn.BatchNorm2d) ops.copy_(module.running_mean, ops.randn(module.running_mean.shape));
        });
        takeStatistics(net, genotype, seed === 3 ? [lesson, lesson, lesson] : [lesson]);
        return noGrad(() => embed(lesson.images));
      });
      expect(distance(found[1] as Tensor, found[0] as Tensor)).toBe(0);
      expect(distance(found[2] as Tensor, found[0] as Tensor)).toBeLessThan(1e-4); // the same batch again says the same
      net.train();
      const training = noGrad(() => embed(lesson.images));
      // The running variance is the unbiased one, of 40 values at the end of the network.
      expect(distance(found[0] as Tensor, training)).toBeLessThan(0.1);
    }));
});

describe('The objective of distillation', () => {
  const teacher = { loss: 'template', weight: 100, relation: 0 } as Parameters<typeof distilling>[0];

  test('is zero for a learner that says what the teacher says, and takes no notice of labels that there are none of', () =>
    scope(() => {
      const targets = ops.normalize(ops.randn([4, 8]));
      const [images, labels] = [ops.mulScalar(targets, 3), indexTensor([-1, -1, -1, -1])];
      const embed = (x: Tensor): Tensor => x;
      const alone = distilling(teacher, 0)({ embed, classifier: null }, { images, labels, targets });
      expect(alone.loss.item()).toBeCloseTo(0, 4);
      const linear = new nn.Linear(8, 3);
      const both = distilling(teacher, 2)({ embed, classifier: linear }, { images, labels, targets });
      expect(both.accuracy()).toBe(0);
      const some = indexTensor([-1, 2, 0, -1]);
      const entropy = classifying(
        { embed, classifier: linear },
        { images: ops.slice(images, 0, 1, 3), labels: indexTensor([2, 0]) },
      );
      const mixed = distilling(teacher, 2)({ embed, classifier: linear }, { images, labels: some, targets });
      expect(mixed.loss.item()).toBeCloseTo(2 * entropy.loss.item(), 4);
      expect(mixed.accuracy()).toBe(entropy.accuracy());
    }));
});

describe('Evolution', () => {
  const nodes = 4;
  const options = { nodes, population: 20, generations: 15, parents: 6, mutation: 0.15 };

  test('comes closer to what is wanted than as many draws by chance, never leaves the limits, tries nothing twice', async () => {
    const wanted = randomGenotype(12345, nodes);
    const alike = (genotype: Genotype): number =>
      (['normal', 'reduce'] as const).reduce(
        (sum, kind) =>
          sum +
          genotype[kind].flat().filter(([name, from], i) => {
            const other = wanted[kind].flat()[i];
            return other?.[0] === name && other[1] === from;
          }).length,
        0,
      );
    const fits = (genotype: Genotype): boolean => genotype.normal.flat().every(([name]) => name !== 'avg_pool_3x3');
    const tried: Genotype[] = [];
    const best = (count: number): Genotype[] => tried.toSorted((a, b) => alike(b) - alike(a)).slice(0, count);
    await evolve({ ...options, seed: 1, fits }, async (genotype) => tried.push(genotype) > 0, best);
    expect(tried).toHaveLength(300);
    expect(tried.every(fits)).toBe(true);
    expect(new Set(tried.map(writeGenotype)).size).toBe(300);
    for (const genotype of tried) expect(readGenotype(writeGenotype(genotype))).toEqual(genotype);
    const chance = Array.from({ length: 300 }, (_, seed) => alike(randomGenotype(seed, nodes)));
    expect(alike(best(1)[0] as Genotype)).toBeGreaterThan(Math.max(...chance) + 1);
  });

  test('says so where nothing fits', async () => {
    const none = evolve(
      { ...options, seed: 1, fits: () => false },
      async () => true,
      () => [],
    );
    await expect(none).rejects.toThrow(/within the limits/);
  });

  test('varies cells into cells: two different states a node, always', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.double({ min: 0, max: 1, noNaN: true }), (a, b, chance) => {
        const random = new Random(a, b);
        const [one, other] = [randomGenotype(a, nodes), randomGenotype(b, nodes)];
        expect(mutated(one, random, 0)).toEqual(one);
        for (const child of [mutated(one, random, chance), crossed(one, other, random)]) {
          expect(readGenotype(writeGenotype(child))).toEqual(child);
          for (const edges of [...child.normal, ...child.reduce])
            expect(new Set(edges.map(([, from]) => from)).size).toBe(2);
        }
      }),
    );
  });

  test.each([0.3, 1, 3])('derives within limits what α of spread %f likes best there', (spread) => {
    const random = new Random(5);
    const cell = (): number[][][] =>
      Array.from({ length: nodes }, (_, node) =>
        Array.from({ length: node + 2 }, () => alphaColumns().map(() => spread * random.normal())),
      );
    const alphas = { normal: cell(), reduce: cell() };
    const derived = deriveGenotype(alphas);
    const within = (limits: object, derive: object = {}) => {
      const { config } = tinySearch({ network: { channels: 4, cells: 3, nodes }, limits, derive });
      const fits = (genotype: Genotype): boolean =>
        isWithin(costOfCells(genotype, config), config) &&
        countSkips(genotype.normal) <= (config.derive.skips ?? Number.POSITIVE_INFINITY);
      return { config, fits, found: deriveWithin(derived, alphas, config) };
    };
    expect(within({}).found).toBe(derived);
    const { config: unlimited } = within({});
    const drawn = Array.from({ length: 2000 }, (_, seed) => randomGenotype(seed, nodes));
    /** Halfway from the cheapest cells by chance to the derived ones. */
    const halfway = (measure: 'parameters' | 'flops'): number =>
      (Math.min(...drawn.map((each) => costOfCells(each, unlimited)[measure])) +
        costOfCells(derived, unlimited)[measure]) /
      2;
    const [parameters, flops] = [halfway('parameters'), halfway('flops')];
    for (const { config, fits, found } of [
      within({ parameters }),
      within({ parameters, flops }),
      within({ flops }, { skips: 1 }),
    ]) {
      expect(fits(found)).toBe(true);
      const best = liking(found, alphas);
      expect(best).toBeGreaterThan(Math.max(...drawn.filter(fits).map((each) => liking(each, alphas))));
      // No change of a node makes cells that fit and are liked better.
      for (const kind of ['normal', 'reduce'] as const)
        for (let node = 0; node < nodes; node++)
          for (const edges of pairsOfEdges(node)) {
            const other = { ...found, [kind]: found[kind].with(node, edges) };
            if (fits(other)) expect(liking(other, alphas)).toBeLessThanOrEqual(best + 1e-9);
          }
      expect(() => deriveWithin(derived, alphas, { ...config, limits: { network: {}, parameters: 10 } })).toThrow(
        /No cells are within the limits/,
      );
    }
  });
});

/** All that may enter a node. */
const pairsOfEdges = (node: number): Edge[][] => {
  const edges = Array.from({ length: node + 2 }, (_, from) =>
    primitives.names.map((name): Edge => [name, from]),
  ).flat();
  return edges.flatMap((one, i) => edges.slice(i + 1).flatMap((two) => (one[1] === two[1] ? [] : [[one, two]])));
};

/** The weights and statistics of a path, under the names that the network of its cells has. */
function copyPath(net: SearchNet, own: PocketNet, genotype: Genotype): void {
  const from = net.stateDict();
  for (const [name, value] of own.stateDict()) {
    const [, cell, node, edge, rest] = /^cells\.(\d+)\.dag\.(\d+)\.(\d+)\.(.+)$/.exec(name) ?? [];
    const reduces = [...own.cells][Number(cell)] && [...net.cells][Number(cell)]?.shape.reduces;
    const [operation = '', state] = (reduces ? genotype.reduce : genotype.normal)[Number(node)]?.[Number(edge)] ?? [];
    const there = rest
      ? `cells.${cell}.dag.${node}.${state}._ops.${primitives.names.indexOf(operation)}.${rest}`
      : name;
    const given = from.get(there);
    if (given)
      noGrad(() => ops.copy_(value, given)); // an affine norm scales by 1 and shifts by 0
    else expect(name).toMatch(/\.(weight|bias)$/);
  }
}

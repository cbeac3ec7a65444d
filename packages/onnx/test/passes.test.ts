import {
  checkGraph,
  compareRuns,
  encodeModel,
  fastestRecipe,
  type Graph,
  GraphEditor,
  openModel,
  PASSES,
  RECIPES,
  rewrite,
} from '@pocketnet/onnx';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyNetwork, LayerBuilder, numbers, SAMPLES } from './pass-graphs.js';

const SIDE = 8;

function made(seed: number, channels: number, body: (b: LayerBuilder, x: string) => string): Graph {
  const b = new LayerBuilder(seed);
  return b.build(body(b, b.input(channels, SIDE)));
}

async function outputs(graph: Graph, channels: number, seed: number): Promise<Float32Array> {
  const model = await openModel(encodeModel(graph, { opset: 17 }), { threads: 1 });
  try {
    const data = numbers(seed)(2 * channels * SIDE * SIDE);
    const [result] = Object.values(await model.run({ x: { data, dims: [2, channels, SIDE, SIDE] } }));
    return result?.data as Float32Array;
  } finally {
    await model.close();
  }
}

async function expectSame(before: Graph, after: Graph, channels: number): Promise<void> {
  checkGraph(after);
  const [expected, actual] = [await outputs(before, channels, 5), await outputs(after, channels, 5)];
  expect(actual.length).toBe(expected.length);
  expect(compareRuns(expected, actual).maxRelative).toBeLessThan(1e-4);
}

describe.each(PASSES)('the pass $name', ({ name }) => {
  it('rewrites the graph that its law is about, and changes no number', async () => {
    const sample = SAMPLES[name];
    if (!sample) throw new Error(`The pass ${name} has no sample in pass-graphs.ts.`);
    for (const channels of [2, 5]) {
      const before = made(channels, channels, (b, x) => sample(b, x, channels));
      const [written, { graph, places }] = [JSON.stringify(before.nodes), rewrite(before, [name])];
      expect(places[name]).toBeGreaterThan(0);
      expect(JSON.stringify(before.nodes)).toBe(written); // it works on a copy
      await expectSame(before, graph, channels);
      expect(rewrite(graph, [name]).places[name]).toBe(0);
    }
  });
});

describe('the fastest recipe', () => {
  const graph = made(3, 4, (b, x) => b.add(b.pointwise(b.prelu(x, 4), 4, 4), b.pointwise(b.norm(b.pool(x), 4), 4, 4)));
  const feeds = { x: { data: numbers(1)(4 * SIDE * SIDE), dims: [1, 4, SIDE, SIDE] } };

  it('is one of those tried, ran most often of them, and gives the same numbers', async () => {
    const { recipe, graph: fastest, timings } = await fastestRecipe(graph, feeds, { threads: 1, runs: 2 });
    expect(timings[0]?.recipe).toBe(recipe);
    expect(timings.every(({ runs }) => runs <= (timings[0]?.runs ?? 0))).toBe(true);
    expect(timings.length).toBeGreaterThan(4);
    expect(timings.length).toBeLessThan(Object.keys(RECIPES).length); // those that give one graph are tried once
    expect(fastest.nodes.some(({ op }) => op === 'BatchNormalization')).toBe(false);
    await expectSame(graph, fastest, 4);
  });

  it('is looked for in WebAssembly as well, among those that are named', async () => {
    const { timings } = await fastestRecipe(graph, feeds, { runtime: 'wasm', runs: 1 }, ['prelu+apart', 'sum+merged']);
    expect(timings.map(({ recipe }) => recipe).sort()).toEqual(['prelu+apart', 'sum+merged']);
    await expect(fastestRecipe(graph, feeds, {}, ['fast'])).rejects.toThrow(/no recipe "fast"; there are prelu\+apart/);
  });
});

describe('passes together', () => {
  it('change no number of any network, whichever are chosen', async () => {
    const names = PASSES.map(({ name }) => name);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(1000),
        fc.integer({ min: 2, max: 4 }),
        fc.array(fc.nat(100), { minLength: 1, maxLength: 8 }),
        fc.subarray(names),
        async (seed, channels, choices, chosen) => {
          const before = made(seed, channels, (b, x) => anyNetwork(b, x, channels, choices));
          const { graph } = rewrite(before, chosen);
          expect(graph.outputs).toEqual(before.outputs);
          await expectSame(before, graph, channels);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('leave alone what a run decides: weights that are inputs', () => {
    const b = new LayerBuilder(1);
    const x = b.input(2, SIDE);
    const weight = b.graph.input('weight', 'float32', [2, 2, 1, 1]);
    const graph = b.build(b.norm(b.graph.node('Conv', [x, weight]), 2));
    const after = rewrite(graph, ['fold-norms']).graph;
    expect(after.nodes.map(({ op, inputs }) => [op, inputs[1]])).toEqual([
      ['Conv', 'weight'],
      ['Conv', expect.stringMatching(/weight$/)],
    ]);
  });

  it('are refused by an unknown name, and for graphs within graphs', () => {
    const graph = made(1, 2, (b, x) => b.pool(x));
    expect(() => rewrite(graph, ['fold-everything'])).toThrow(
      /no pass "fold-everything"; there are sweep, fold-constants, fold-norms/,
    );
    graph.nodes[0]?.attributes.set('body', { kind: 'graph', value: graph });
    expect(() => new GraphEditor(graph)).toThrow(/contains a nested graph/);
  });
});

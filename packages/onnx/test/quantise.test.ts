import {
  eightBitWeights,
  encodeModel,
  type Graph,
  Histogram,
  halveWeights,
  joinTwins,
  noiseOf,
  OBSERVERS,
  observe,
  openModel,
  quantisable,
  quantise,
  quantisedValues,
  rewrite,
  sensitivities,
  shortNames,
} from '@pocketnet/onnx';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyNetwork, LayerBuilder, numbers } from './pass-graphs.js';

const SIDE = 8;
const feeds = (channels: number, runs: number) =>
  Array.from({ length: runs }, (_, run) => ({
    x: { data: numbers(run + 1)(channels * SIDE * SIDE), dims: [1, channels, SIDE, SIDE] },
  }));

function network(seed: number, choices: readonly number[]): Graph {
  const b = new LayerBuilder(seed);
  return b.build(anyNetwork(b, b.conv(b.input(3, SIDE), [4, 3, 3], { bias: true }), 4, choices));
}

async function run(graph: Graph, runs = 4): Promise<number[][]> {
  const model = await openModel(encodeModel(graph), { threads: 1 });
  const results: number[][] = [];
  for (const feed of feeds(3, runs)) {
    const [output] = Object.values(await model.run(feed));
    results.push(Array.from(output?.data ?? [], Number));
  }
  await model.close();
  return results;
}

describe('Halves', () => {
  it('make a file smaller, and its numbers nearly the same', async () => {
    const graph = network(1, [4, 7, 4]);
    const half = halveWeights(graph);
    expect(noiseOf(await run(graph), await run(half))).toBeLessThan(1e-6);
    const big = [...graph.initializers].filter(([, { data }]) => data.length >= 64);
    expect(big.length).toBeGreaterThan(0);
    for (const [name] of big) expect(half.initializers.get(`${name}.half`)?.dtype).toBe('float16');
  });
});

describe('Weights of eight bits', () => {
  it('are off by half a scale of their channel at most, and the numbers nearly the same, whatever the network', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(1e6), fc.array(fc.nat(11), { minLength: 1, maxLength: 6 }), async (seed, choices) => {
        const graph = network(seed, choices);
        const small = eightBitWeights(graph);
        for (const [name, { dtype, shape, data }] of small.initializers) {
          if (dtype !== 'int8') continue;
          const own = graph.initializers.get(name.replace(/\.int8$/, ''))?.data as Float32Array;
          const scales = small.initializers.get(name.replace(/int8$/, 'scales'))?.data as Float32Array;
          const inner = own.length / (shape[0] ?? 1);
          for (const [i, value] of own.entries()) {
            const scale = scales[Math.floor(i / inner)] ?? 0;
            const made = Number(data[i]) * scale;
            expect(Math.abs(made - value)).toBeLessThanOrEqual(0.5 * scale + 127 * scale * 2 ** -11);
          }
        }
        expect(noiseOf(await run(graph, 2), await run(small, 2))).toBeLessThan(5e-3);
      }),
      { numRuns: 25 },
    );
  });

  it('take little more than half the room of halves, of twins as well', async () => {
    const { graph } = rewrite(network(1, [4, 7, 4]), ['prelu-conv']);
    const halves = halveWeights(joinTwins(graph));
    const small = halveWeights(eightBitWeights(joinTwins(graph)));
    const kernels = (of: Graph): number =>
      [...of.initializers.values()]
        .filter(({ shape, data }) => shape.length === 4 && data.length >= 64)
        .reduce((bytes, { data }) => bytes + data.byteLength, 0);
    expect(kernels(small)).toBeLessThan(0.6 * kernels(halves));
    expect(noiseOf(await run(graph), await run(small))).toBeLessThan(5e-3);
  });

  it('leave slopes, norms, biases and what is too small alone', () => {
    const graph = network(1, [4, 7, 4]);
    const stored = [...eightBitWeights(graph).initializers].filter(([, { dtype }]) => dtype === 'int8');
    expect(stored.length).toBeGreaterThan(0);
    for (const [name] of stored) {
      const shape = graph.initializers.get(name.replace(/\.int8$/, ''))?.shape ?? [];
      expect(shape.length).toBeGreaterThanOrEqual(2);
      expect(shape.slice(1).reduce((product, size) => product * size, 1)).toBeGreaterThanOrEqual(8);
    }
  });
});

describe('Twins', () => {
  const split = ['prelu-conv'];
  const weights = ({ initializers }: Graph): number =>
    [...initializers.values()].reduce((sum, { data }) => sum + data.length, 0);

  it('made of a weight before a PReLU become one again, and nothing else changes, whatever the network', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(1e6), fc.array(fc.nat(11), { minLength: 1, maxLength: 6 }), async (seed, choices) => {
        const plain = network(seed, choices);
        const { graph } = rewrite(plain, split);
        const joined = joinTwins(graph);
        expect(weights(joined)).toBeLessThanOrEqual(weights(graph));
        expect(noiseOf(await run(graph, 2), await run(joined, 2))).toBeLessThan(1e-9);
      }),
      { numRuns: 25 },
    );
  });

  it('take little more than half the room', () => {
    const b = new LayerBuilder(4);
    const graph = b.build(b.pointwise(b.prelu(b.conv(b.input(3, SIDE), [12, 3, 1]), 12), 12, 12));
    const twins = rewrite(graph, ['sweep', ...split]).graph;
    expect(weights(twins) - weights(joinTwins(twins))).toBe(12 * 12 - 12);
  });

  it('are not seen in weights that are not of one', async () => {
    const { graph } = rewrite(network(3, [4, 7, 4]), split);
    const changed: Graph = { ...graph, initializers: new Map(graph.initializers) };
    for (const [name, { shape, data, ...rest }] of graph.initializers) {
      if (shape.length !== 4) continue;
      const other = (data as Float32Array).slice();
      other[other.length - 1] = (other.at(-1) ?? 0) + 0.1;
      changed.initializers.set(name, { ...rest, shape, data: other });
    }
    expect(joinTwins(changed).nodes.map(({ op }) => op)).toEqual(changed.nodes.map(({ op }) => op));
  });
});

describe('Short names', () => {
  it('make a file smaller and change nothing else', async () => {
    const graph = network(2, [4, 5, 8]);
    const short = shortNames(graph);
    expect(encodeModel(short).length).toBeLessThan(encodeModel(graph).length);
    expect([short.inputs, short.outputs]).toEqual([graph.inputs, graph.outputs]);
    expect(await run(short)).toEqual(await run(graph));
  });
});

describe('A histogram', () => {
  it('counts every value once, however the limit grows, near where it was', () => {
    const value = fc.double({ min: -1e3, max: 1e3, noNaN: true }).map((x) => x + 0); // Math.min tells −0 from 0
    fc.assert(
      fc.property(fc.array(fc.array(value, { minLength: 1 }), { minLength: 1 }), (runs) => {
        const seen = new Histogram();
        for (const values of runs) seen.add(values);
        const all = runs.flat();
        expect(seen.counts.reduce((a, b) => a + b, 0)).toBe(all.length);
        expect([seen.low, seen.high]).toEqual([Math.min(...all), Math.max(...all)]);
        const mean = (of: number[]): number => of.reduce((a, b) => a + b, 0) / all.length;
        const centres = Array.from(seen.counts, (count, bin) => count * seen.centre(bin));
        expect(Math.abs(mean(centres) - mean(all))).toBeLessThanOrEqual((2 * seen.limit) / seen.bins + 1e-9);
      }),
    );
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('refuses %s wherever it stands', (bad) => {
    for (const values of [[bad, 0, 1], [0, bad, 1], [0, 1, bad], [bad]]) {
      const seen = new Histogram();
      expect(() => seen.add(values)).toThrow(/not finite/);
      expect([...seen.counts].every((count) => count === 0)).toBe(true);
    }
  });
});

describe('Calibration', () => {
  it('names the first value of the network that is not finite, even of one picture in many', async () => {
    const graph = network(3, [4, 7]);
    const pictures = feeds(3, 4).map(({ x }, i) => ({
      x: i === 2 ? { ...x, data: x.data.map((v, k) => (k === 5 ? Number.NaN : v)) } : x,
    }));
    await expect(observe(graph, quantisedValues(graph), pictures, { threads: 1 })).rejects.toThrow(
      /"\w+.*" cannot be quantised: .*NaN/,
    );
  });
});

describe.each(OBSERVERS)('the observer $name', ({ name, rangeOf }) => {
  it('gives a range with 0 in it, within what was seen', () => {
    const seen = new Histogram();
    seen.add(numbers(2)(10_000).map((x) => x ** 3 + 0.2));
    seen.add([40]); // which alone should not decide
    const { low, high } = rangeOf(seen);
    expect(low).toBeGreaterThanOrEqual(seen.low);
    expect(low).toBeLessThanOrEqual(0);
    expect(high).toBeLessThanOrEqual(40);
    if (name === 'percentile') expect(high).toBeLessThan(20);
    if (name === 'mse') expect(high).toBeLessThan(40); // a little is cut off where many gain by it
  });

  it('serves to quantise networks so that little is lost', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(100), fc.array(fc.nat(100), { minLength: 1, maxLength: 5 }), async (seed, choices) => {
        const graph = network(seed, choices);
        const seen = await observe(graph, quantisedValues(graph), feeds(3, 4), { threads: 1 });
        const ranges = new Map([...seen].map(([value, histogram]) => [value, rangeOf(histogram)]));
        const whole = quantise(graph, ranges);
        expect(whole.outputs).toEqual(graph.outputs);
        expect([...whole.initializers].some(([name, { dtype }]) => name.endsWith('.uint8') && dtype === 'uint8')).toBe(
          true,
        );
        expect(noiseOf(await run(graph), await run(whole))).toBeLessThan(0.05);
      }),
      { numRuns: 15 },
    );
  });
});

describe('Quantising', () => {
  it('leaves nodes in float that are told to stay, and says which lose most alone', async () => {
    const graph = network(5, [3, 4, 5]);
    const seen = await observe(graph, quantisedValues(graph), feeds(3, 3), { threads: 1 });
    const ranges = new Map(
      [...seen].map(([value, { low, high }]) => [value, { low: Math.min(low, 0), high: Math.max(high, 0) }]),
    );
    const found = await sensitivities(graph, ranges, feeds(3, 3), { threads: 1 });
    expect(found.map(({ node }) => node).sort()).toEqual(
      quantisable(graph)
        .map(({ name }) => name)
        .sort(),
    );
    expect(found.map(({ noise }) => noise)).toEqual(found.map(({ noise }) => noise).sort((a, b) => b - a));
    expect(found[0]?.noise).toBeGreaterThan(0);
    const everything = new Set(found.map(({ node }) => node));
    expect(quantise(graph, ranges, { except: everything }).nodes.map(({ op }) => op)).toEqual(
      graph.nodes.map(({ op }) => op),
    );
    const worst = new Set(found.slice(0, 3).map(({ node }) => node));
    const best = quantise(graph, ranges, { inFloat: worst });
    expect(noiseOf(await run(graph), await run(best))).toBeLessThan(
      noiseOf(await run(graph), await run(quantise(graph, ranges))),
    );
    const stored = quantise(graph, new Map(), { inFloat: everything });
    expect(stored.nodes.some(({ op }) => op === 'QuantizeLinear')).toBe(false);
    expect(noiseOf(await run(graph), await run(stored))).toBeLessThan(1e-3);
    for (const { op, inputs } of graph.nodes.filter(({ op }) => op === 'Conv'))
      expect([op, stored.initializers.get(`${inputs[1]}.int8`)?.dtype]).toEqual(['Conv', 'int8']);
    expect(() => quantise(graph, new Map())).toThrow(/range of "\w+.*" is missing/);
  });
});

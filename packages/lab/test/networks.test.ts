import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import {
  type Block,
  casiaGenotype,
  count,
  type Genotype,
  networks,
  PocketNet,
  type PocketNetOptions,
} from '@pocketnet/lab';
import { backward, fromArray, liveTensors, manualSeed, noGrad, ops, scope, type Tensor } from '@pocketnet/torch';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noise, randomised, randomNetwork, runnableNetworks } from './random-network.js';

type Layout = 'channels last' | 'contiguous';

/** [count, 3, size, size] over NHWC memory, as the trainer feeds it, or laid out plane by plane. */
function images(count: number, size: number, layout: Layout = 'channels last'): Tensor {
  const input = ops.permute(fromArray(noise(count, size), [count, size, size, 3]), [0, 3, 1, 2]);
  return layout === 'channels last' ? input : ops.contiguous(input);
}

const embed = (network: Block, input: () => Tensor): Float32Array =>
  noGrad(() => scope(() => network.forward(input()).toFloat32()));

/** What one training step on libtorch leaves: output, running statistics and gradients, each as a list of arrays. */
function trained(network: Block, input: Tensor) {
  return scope(() => {
    const output = network.train().forward(input);
    // Each output weighs something else: the plain sum of a batch-norm's output has no gradient.
    const weights = fromArray(noise(1, 64).subarray(0, output.size), output.shape);
    backward(ops.sum(ops.mul(output, weights)));
    const values = (tensors: (Tensor | null)[]): Float32Array[] =>
      tensors.map((tensor) => tensor?.toFloat32() ?? new Float32Array());
    return {
      output: values([output]),
      statistics: values([...network.stateDict()].filter(([name]) => name.includes('.running_')).map(([, t]) => t)),
      gradients: values(network.parameters().map((parameter) => parameter.grad)),
    };
  });
}

/** |a − b| / |b|, over all elements of all arrays. */
function relative(a: readonly Float32Array[], b: readonly Float32Array[]): number {
  let [difference, size] = [0, 0];
  for (const [k, expected] of b.entries()) {
    for (const [i, value] of expected.entries()) {
      difference += ((a[k]?.[i] ?? Number.NaN) - value) ** 2;
      size += value ** 2;
    }
  }
  return Math.sqrt(difference / size);
}

const digest = (tensor: Tensor): string => createHash('sha1').update(tensor.toArray()).digest('hex');

describe.each(runnableNetworks)('$name', ({ name, embedding, build }) => {
  let network: Block;
  beforeAll(() => {
    network = randomNetwork(name);
  });
  afterAll(() => network?.dispose());

  it('gives one embedding an image', () => {
    expect(scope(() => network.forward(images(2, 112)).shape)).toEqual([2, embedding]);
  });

  it('takes another size and another width of the embedding when it is built for them', () => {
    const small = build({ input: 64, embedding: 32 }).eval();
    expect(scope(() => small.forward(images(2, 64)).shape)).toEqual([2, 32]);
    small.dispose();
  });

  it('counts the parameters that it has, and fewer operations for a smaller image', () => {
    const { parameters, macs, flops } = count(network);
    expect(parameters).toBe(network.parameters().reduce((sum, { size }) => sum + size, 0));
    expect(flops).toBeGreaterThan(2 * macs);
    const small = build({ input: 64 });
    expect(count(small, 64).macs).toBeLessThan(macs / 2);
    small.dispose();
  });

  it('gives the same outputs, gradients and running statistics in either memory layout', () => {
    const [planes, pixels] = (['contiguous', 'channels last'] as const).map((layout) => {
      manualSeed(3);
      const copy = randomised(build({ input: 48 }));
      const result = trained(copy, images(4, 48, layout));
      copy.dispose();
      return result;
    });
    if (!planes || !pixels) throw new Error('There are two layouts.');
    expect(relative(pixels.output, planes.output)).toBeLessThan(1e-4);
    expect(relative(pixels.statistics, planes.statistics)).toBeLessThan(1e-4);
    // Now and then rounding puts a number on the other side of a PReLU's kink: measured, that is worth 5e-3 in either layout.
    expect(relative(pixels.gradients, planes.gradients)).toBeLessThan(0.02);
  });

  it('updates its running statistics in training, and nothing in evaluation', () => {
    const copy = build({ input: 32 });
    const state = (): Map<string, string> =>
      new Map([...copy.stateDict()].map(([key, tensor]) => [key, digest(tensor)]));
    const fresh = state();
    copy.eval();
    embed(copy, () => images(2, 32));
    expect([...state()].filter(([key, values]) => fresh.get(key) !== values)).toEqual([]);
    copy.train();
    embed(copy, () => images(2, 32));
    const after = state();
    for (const [key, before] of fresh) {
      if (key.endsWith('num_batches_tracked')) expect(copy.stateDict().get(key)?.item(), key).toBe(1);
      else if (/running_(mean|var)$/.test(key)) expect(after.get(key), key).not.toBe(before);
      else expect(after.get(key) === before, key).toBe(true);
    }
    copy.dispose();
  });
});

describe('the networks of the paper', () => {
  it.each([
    ['pocketnet-s-128', 925_632, '587.1100'],
    ['pocketnet-s-256', 991_424, '587.2413'],
    ['pocketnet-m-128', 1_686_656, '1099.0244'],
    ['pocketnet-m-256', 1_752_448, '1099.1557'],
    ['dartfacenet-128', 885_184, null],
    ['dartfacenet-256', 950_976, null],
  ])('%s has %i parameters and its published FLOPs', (name, parameters, millions) => {
    const network = randomNetwork(name);
    const cost = count(network);
    expect(cost.parameters).toBe(parameters);
    if (millions !== null) expect((cost.flops / 1e6).toFixed(4)).toBe(millions);
    network.dispose();
  });

  it('start with convolutions within ±√(6 / fan-in), norms of scale 1 and shift 0, and slopes of 1/4', () => {
    manualSeed(1);
    const network = networks[0]?.build();
    if (!network) throw new Error('The registry is empty.');
    for (const [name, parameter] of network.namedParameters()) {
      const values = parameter.toFloat32();
      const [out = 1, ...rest] = parameter.shape;
      if (rest.length > 0) {
        const bound = Math.sqrt((6 * out) / parameter.size);
        const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        expect(largest, name).toBeLessThanOrEqual(bound * (1 + 1e-6));
        // n draws all stay below a share of the bound with probability shareⁿ: for 16 values 1e-6 at 0.42.
        expect(largest, name).toBeGreaterThan(bound * 0.4);
      } else {
        expect(new Set(values), name).toHaveLength(1);
        expect([0, 0.25, 1], name).toContain(values[0]);
      }
    }
    network.dispose();
  });

  const data = process.env.POCKETNET_DATA;
  const reference = `${data}/reference/pocketnet-s128-state-dict.json`;
  it.skipIf(!data || !existsSync(reference))(
    'S-128 has the released state dict: names, shapes and order (needs POCKETNET_DATA with reference/)',
    () => {
      const network = randomNetwork('pocketnet-s-128');
      const own = Array.from(network.stateDict(), ([name, tensor]) => [name, tensor.shape]);
      expect(own).toEqual(JSON.parse(readFileSync(reference, 'utf8')));
      network.dispose();
    },
  );
});

describe('the size of the input', () => {
  const options: Omit<PocketNetOptions, 'input'> = { genotype: casiaGenotype, channels: 4, cells: 6, embedding: 8 };
  /** A reduction that skips from its own input holds a FactorizedReduce itself. */
  const skipping: Genotype = {
    ...casiaGenotype,
    reduce: [
      [
        ['skip_connect', 0],
        ['skip_connect', 1],
      ],
      ...casiaGenotype.reduce.slice(1),
    ],
  };

  it.each([
    ['the paper', casiaGenotype, (size: number) => size % 8 === 0 || size % 8 === 7],
    [
      'a genotype whose reduction skips from its inputs',
      skipping,
      (size: number) => size % 16 === 0 || size % 16 === 15,
    ],
  ])('either works or is refused before anything is built, by its name: cells of %s', (_, genotype, fits) => {
    for (let input = 8; input <= 66; input++) {
      const before = liveTensors();
      const build = (): PocketNet => new PocketNet({ ...options, genotype, input });
      if (!fits(input)) {
        expect(build, `${input}`).toThrow(`An input of ${input} pixels does not fit`);
        expect(liveTensors()).toBe(before);
        continue;
      }
      const network = build().eval();
      for (const layout of ['channels last', 'contiguous'] as const)
        expect(
          scope(() => network.forward(images(1, input, layout)).shape),
          `${input}`,
        ).toEqual([1, 8]);
      network.dispose();
    }
  });

  it('is said with sizes that do fit', () => {
    for (const input of [100, 9, Number.NaN]) {
      let message = '';
      try {
        new PocketNet({ ...options, input });
      } catch (error) {
        message = (error as Error).message;
      }
      const offered = /such as (\d+) and (\d+)\./.exec(message)?.slice(1).map(Number) ?? [];
      expect(offered, message).toHaveLength(2);
      for (const size of offered) new PocketNet({ ...options, input: size }).dispose();
    }
  });

  it('cannot be passed by an image: a larger one is refused instead of giving a longer embedding', () => {
    const network = new PocketNet({ ...options, input: 32 }).eval();
    expect(() => scope(() => network.forward(images(1, 64)))).toThrow("larger than the network's input");
    expect(() => scope(() => network.forward(images(1, 16)))).toThrow();
    network.dispose();
  });
});

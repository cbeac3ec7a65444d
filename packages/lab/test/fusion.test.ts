import { execute, type Interpreter, PocketNet, randomGenotype } from '@pocketnet/lab';
import { backward, liveTensors, manualSeed, noGrad, ops, scope, type Tensor } from '@pocketnet/torch';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyFrame } from './any-frame.js';
import { randomised } from './random-network.js';

const { separable: _, ...layerByLayer } = execute;

/** What a step leaves of a network, as one list of numbers each: its output, its running statistics, its gradients. */
function step(network: PocketNet, images: Tensor, by?: Interpreter<Tensor>): Record<string, Tensor> {
  const state = new Map(Array.from(network.stateDict(), ([name, tensor]) => [name, ops.clone(tensor)]));
  const parameters = network.parameters();
  for (const parameter of parameters) parameter.grad = null;
  const output = by ? network.read(images, by) : network.forward(images);
  const weights = ops.reshape(ops.arange(output.size, 'float32'), output.shape);
  backward(ops.mean(ops.mul(output, weights)));
  const joined = (tensors: readonly (Tensor | null)[]): Tensor =>
    ops.cat(
      tensors.map((tensor) => ops.reshape(tensor ? ops.toDtype(ops.clone(tensor), 'float32') : ops.zeros([1]), [-1])),
    );
  const statistics = [...network.stateDict()].filter(([name]) => /running_|num_batches/.test(name)).map(([, t]) => t);
  const left = noGrad(() => ({
    output: ops.clone(output),
    statistics: joined(statistics),
    gradients: joined(parameters.map(({ grad }) => grad)),
  }));
  noGrad(() => network.loadStateDict(state));
  return left;
}

const distance = (a: Tensor, b: Tensor): number => ops.totalNorm([ops.sub(a, b)]) / ops.totalNorm([b]);

/** How far a step on random images, run fused, is from one layer by layer: of each thing that it leaves, the share of its norm. */
function distancesOfAStep(network: PocketNet): Record<string, number> {
  // Many images: deep maps are a pixel wide, and a norm over two values makes a sign of their rounding.
  const images = ops.permute(ops.randn([32, 32, 32, 3]), [0, 3, 1, 2]);
  const [fused, apart] = [step(network, images), step(network, images, layerByLayer)];
  return Object.fromEntries(
    Object.entries(apart).map(([what, values]) => [what, distance(fused[what] as Tensor, values)]),
  );
}

describe('A PocketNet that runs fused', () => {
  test('leaves the output, statistics and gradients that it leaves layer by layer, whatever its cells and frame', () => {
    fc.assert(
      fc.property(fc.nat(1e6), anyFrame({ channels: 8 }), fc.boolean(), (seed, frame, training) =>
        scope(() => {
          manualSeed(seed);
          const network = randomised(
            new PocketNet({ genotype: randomGenotype(seed), ...frame, input: 32, embedding: 16 }),
          ).train(training);
          // A gradient jumps where rounding puts a value on the other side of zero, or a pool's maximum elsewhere: in one batch of
          // eighty. A fault shows in all of them, so that one of three has to agree in it; in all else each one.
          const gradients: number[] = [];
          do {
            const { gradients: own = Number.NaN, ...others } = distancesOfAStep(network);
            gradients.push(own);
            for (const [what, value] of Object.entries(others)) expect(value, what).toBeLessThan(1e-3);
          } while (gradients.length < 3 && !gradients.some((value) => value < 1e-3));
          expect(
            gradients.filter((value) => value < 1e-3),
            `gradients: ${gradients}`,
          ).toHaveLength(1);
          network.dispose();
        }),
      ),
      { numRuns: 25 },
    );
  });

  test('counts a batch once a norm, and holds no tensor longer than its step', () => {
    const network = new PocketNet({ genotype: randomGenotype(1), channels: 8, cells: 6, input: 32, embedding: 16 });
    const images = (): Tensor => ops.permute(ops.randn([4, 32, 32, 3]), [0, 3, 1, 2]);
    const once = (): void => scope(() => void step(network, images()));
    once();
    const before = liveTensors();
    for (let i = 0; i < 3; i++) once();
    expect(liveTensors()).toBe(before);
    scope(() => noGrad(() => network.forward(images())));
    const counts = [...network.stateDict()].filter(([name]) => name.endsWith('num_batches_tracked'));
    expect(new Set(counts.map(([, count]) => count.item()))).toEqual(new Set([1]));
    network.dispose();
  });
});

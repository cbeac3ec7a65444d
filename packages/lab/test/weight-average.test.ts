import { readFileSync } from 'node:fs';
import { findNetwork, WeightAverage } from '@pocketnet/lab';
import { liveTensors, loadTensors, noGrad, ops, scope } from '@pocketnet/torch';
import { describe, expect, it } from 'vitest';
import { experiment, run, weights, workplace } from './experiment.js';

const at = workplace();

describe('The mean of a network’s weights', () => {
  it('follows w̄ ← d·w̄ + (1 − d)·w, faster at first, counts excepted', () => {
    const before = liveTensors();
    const network = findNetwork('pocketnet-xs-64').build({ input: 32 });
    const average = new WeightAverage(network, 0.5);
    const [name = '', weight] = [...network.stateDict()][0] ?? [];
    const start = weight?.toFloat32() ?? new Float32Array();
    const value = (): number => average.stateDict().get(name)?.toFloat32()[0] ?? Number.NaN;
    let expected = start[0] ?? Number.NaN;
    for (let step = 1; step <= 12; step++) {
      noGrad(() =>
        scope(() => void ops.copy_(weight as NonNullable<typeof weight>, ops.full(weight?.shape ?? [], step))),
      );
      average.update(step);
      const decay = Math.min(0.5, (1 + step) / (10 + step));
      expected = decay * expected + (1 - decay) * step;
      expect(value()).toBeCloseTo(expected, 4);
    }
    average.dispose();
    network.dispose();
    expect(liveTensors()).toBe(before);
  });

  it('is what the network has for a while, and then its own again, to the bit, even after an error', async () => {
    const network = findNetwork('pocketnet-xs-64').build({ input: 32 });
    const average = new WeightAverage(network, 0.9);
    const bytes = (): string =>
      [...network.stateDict().values()].map((value) => Array.from(value.toArray(), Number).join()).join();
    const mean = bytes();
    noGrad(() => scope(() => network.parameters().forEach((weight) => void ops.addScalar_(weight, 0.1))));
    const own = bytes();
    const before = liveTensors();
    expect(await average.during(() => bytes())).toBe(mean);
    await expect(average.during(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(bytes()).toBe(own);
    expect(liveTensors()).toBe(before);
    for (const each of [average, network]) each.dispose();
  });

  it('is what a run with `ema` measures and writes; resumed, it reaches the same', async () => {
    const config = experiment({ maxSteps: 4, ema: 0.9 });
    const plain = await run(at('plain'), experiment({ maxSteps: 4 }));
    const whole = await run(at('whole'), config);
    expect(weights(whole.out).equals(weights(plain.out))).toBe(false);
    expect(whole.loss).toBe(plain.loss); // it looks on
    await run(at('part'), config, { signal: AbortSignal.abort() });
    const resumed = await run(at('part'), config, { resume: true });
    expect(weights(resumed.out).equals(weights(whole.out))).toBe(true);
    scope(() => {
      const { tensors } = loadTensors(at('whole', 'checkpoint.safetensors'));
      const [own, mean] = ['backbone', 'average'].map((section) =>
        tensors.get(`${section}.stem.0.weight`)?.toFloat32(),
      );
      expect(own).not.toEqual(mean);
    });
    await expect(run(at('part'), experiment({ maxSteps: 8 }), { resume: true })).rejects.toThrow(
      /ema was 0.9 and is 0/,
    );
    expect(readFileSync(at('whole', 'config.yaml'), 'utf8')).toContain('ema: 0.9');
  });
});

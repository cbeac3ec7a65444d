import { fileURLToPath } from 'node:url';
import {
  baseLearningRate,
  buildHead,
  buildOptimizers,
  buildSchedule,
  findNetwork,
  type HeadConfig,
  loadConfig,
} from '@pocketnet/lab';
import { ops, scope, type Tensor } from '@pocketnet/torch';
import { describe, expect, it } from 'vitest';
import { experiment, run, workplace } from './experiment.js';

const at = workplace();

describe('the optimisers', () => {
  it.each([
    [true, 'all parameters, as the paper did'],
    [false, 'weights, and leave norms and slopes alone'],
  ])('with decayNormAndSlopes %s decay %s', (decayNormAndSlopes) => {
    const { config } = experiment({ decayNormAndSlopes, lr: 0.5, weightDecay: 0.1, momentum: 0 });
    const backbone = findNetwork(config.network).build({ input: 32 });
    const head = buildHead(config.head as HeadConfig, 64, 4);
    const state = (): [string, Tensor, Float32Array][] =>
      [...backbone.namedParameters(), ...head.namedParameters()].map(([name, tensor]) => [
        name,
        tensor,
        tensor.toFloat32(),
      ]);
    const before = state();
    scope(() => {
      for (const [, parameter] of before) parameter.grad = ops.zerosLike(parameter);
      const { backbone: first, head: second } = buildOptimizers(config, backbone, [head]);
      first.step();
      second.step();
    });
    for (const [i, [name, tensor, after]] of state().entries()) {
      const factor = decayNormAndSlopes || tensor.shape.length > 1 ? 1 - 0.5 * 0.1 : 1;
      const old = before[i]?.[2] ?? new Float32Array();
      const off = after.reduce((most, value, k) => Math.max(most, Math.abs(value - factor * (old[k] ?? 0))), 0);
      expect(off, name).toBeLessThan(1e-6);
    }
    for (const module of [backbone, head]) module.dispose();
  });

  it("follow the paper's rule: a tenth of the rate after 79,604, 147,836, 216,068 and 272,928 steps", () => {
    const { config } = loadConfig(fileURLToPath(new URL('../../../configs/pocketnet-s-128.yaml', import.meta.url)));
    const batches = 11_372; // of 512 in MS1MV2's 5,822,653 images
    expect(Math.floor(5_822_653 / config.batch)).toBe(batches);
    const schedule = buildSchedule(config, 26 * batches);
    const rate = (step: number): number =>
      baseLearningRate(config) * schedule({ step, epoch: Math.floor(step / batches) });
    expect(rate(0)).toBe(0.1);
    for (const [drop, step] of [79_604, 147_836, 216_068, 272_928].entries()) {
      expect(rate(step - 1)).toBeCloseTo(0.1 * 0.1 ** drop, 12);
      expect(rate(step)).toBeCloseTo(0.1 * 0.1 ** (drop + 1), 12);
    }
    expect(rate(26 * batches - 1)).toBeCloseTo(1e-5, 12);
  });

  it('scale the rate with the batch, lr / 512 · batch, unless told not to', () => {
    const { config } = experiment({ lr: 0.1, batch: 128, lrScaling: 'linear' });
    expect(baseLearningRate(config)).toBeCloseTo(0.025, 12);
    expect(baseLearningRate({ ...config, lrScaling: 'none' })).toBe(0.1);
  });

  it('get the rate of the schedule at every step of a run', async () => {
    const schedule = { kind: 'step', milestones: [2, 3], gamma: 0.1 };
    const { metrics } = await run(
      at('schedule'),
      experiment({ epochs: 3, lrScaling: 'linear', lr: 3.2, schedule, maxSteps: 9 }),
    );
    const expected = [0.05, 0.05, 0.005, 0.005, 0.0005, 0.0005];
    expect(metrics).toHaveLength(expected.length);
    for (const [i, rate] of expected.entries()) expect(metrics[i]?.lr).toBeCloseTo(rate, 12);
  });

  it('warm up and then fall by half a cosine to the last rate', () => {
    const { config } = experiment({ lr: 0.4, schedule: { kind: 'cosine', warmupSteps: 4, minLr: 0.1 } });
    const schedule = buildSchedule(config, 104);
    const rate = (step: number): number => 0.4 * schedule({ step, epoch: 0 });
    expect([0, 1, 3, 4, 54, 104].map(rate)).toEqual(
      [0.1, 0.2, 0.4, 0.4, 0.25, 0.1].map((value) => expect.closeTo(value, 9)),
    );
  });
});

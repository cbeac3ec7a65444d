import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Block,
  buildHead,
  findNetwork,
  guardFinite,
  type Head,
  type HeadConfig,
  readMetrics,
  type SuspectStep,
} from '@pocketnet/lab';
import { loadTensors, noGrad, ops, saveTensors, scope } from '@pocketnet/torch';
import { describe, expect, it } from 'vitest';
import { experiment, run, weights, workplace } from './experiment.js';

const at = workplace();

describe('numbers that are not finite', () => {
  it('stop the run before they enter the weights: the last checkpoint stands', async () => {
    const sane = await run(at('one-step'), experiment({ maxSteps: 1, lr: 1e30 }));
    const failing = run(at('absurd'), experiment({ maxSteps: 9, lr: 1e30, checkpointEvery: 1 }));
    await expect(failing).rejects.toThrow(/^Step 2: the loss is .* last checkpoint stands\. Lower the learning rate/);
    expect(weights(at('absurd')).equals(weights(sane.out))).toBe(true);
    expect(readMetrics(at('absurd', 'metrics.jsonl')).map(({ step }) => step)).toEqual([1]);
  });

  it('are traced to the step and the layer that holds a bad weight', async () => {
    const { out } = await run(at('poisoned'), experiment({ maxSteps: 2 }));
    const file = join(out, 'checkpoint.safetensors');
    const layer = 'cells.3.dag.1.0.net.2.weight';
    scope(() => {
      const { tensors, metadata } = loadTensors(file);
      const weight = tensors.get(`backbone.${layer}`);
      if (!weight) throw new Error(`There is no ${layer}.`);
      noGrad(() => ops.fill_(weight, Number.NaN));
      saveTensors(file, tensors, metadata);
    });
    const [checkpoint, last] = [readFileSync(file), weights(out)];
    await expect(run(at('poisoned'), experiment({ maxSteps: 4 }), { resume: true })).rejects.toThrow(
      new RegExp(`^Step 3: the loss is NaN .* the weight backbone\\.${layer.replaceAll('.', '\\.')} is not finite\\.`),
    );
    expect(readFileSync(file).equals(checkpoint)).toBe(true);
    expect(weights(out).equals(last)).toBe(true);
  });

  /** What the guard says of a step of a network with bad numbers somewhere. */
  function complaint(spoil: (backbone: Block, head: Head) => Partial<SuspectStep>): string {
    return scope(() => {
      const backbone = findNetwork('pocketnet-xs-64').build({ input: 32 });
      const head = buildHead(experiment().config.head as HeadConfig, 64, 4);
      const input = ops.zeros([2, 3, 32, 32]);
      const spoilt = spoil(backbone, head);
      try {
        guardFinite({ step: 7, loss: 1, gradNorm: 1, input, backbone, head, ...spoilt });
        return '';
      } catch (error) {
        return (error as Error).message;
      } finally {
        for (const module of [backbone, head]) module.dispose();
      }
    });
  }

  it('in gradients are traced to the first that was made, which is that of the last of the layers', () => {
    const message = complaint((backbone) => {
      for (const [i, [, parameter]] of [...backbone.namedParameters()].entries())
        parameter.grad = ops.full(parameter.shape, i <= 20 ? Number.NaN : 1, 'float32');
      return { gradNorm: Number.NaN };
    });
    const network = findNetwork('pocketnet-xs-64').build();
    const name = [...network.namedParameters()][20]?.[0];
    network.dispose();
    expect(message).toContain(`Step 7: the loss is 1 and the gradient's norm NaN;`);
    expect(message).toContain(`first not finite at backbone.${name}.`);
  });

  it('are told from each other: in the input, out of a layer, out of the head; finite ones pass', () => {
    expect(complaint(() => ({}))).toBe('');
    expect(complaint(() => ({ loss: Number.NaN, input: ops.full([2, 3, 32, 32], Number.NaN) }))).toContain(
      'come out of the input',
    );
    expect(
      complaint((backbone) => {
        const weight = backbone.stateDict().get('cells.1.preproc1.net.2.weight');
        if (weight) noGrad(() => ops.fill_(weight, 3e38)); // finite, but a sum of two such is not
        return { loss: Number.NaN, input: ops.randn([2, 3, 32, 32]) };
      }),
    ).toContain('come out of cells.1.preproc1.net.2.');
    expect(complaint(() => ({ loss: Number.POSITIVE_INFINITY }))).toContain('come out of the head');
  });
});

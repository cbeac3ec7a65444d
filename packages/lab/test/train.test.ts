import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generatedPairs, writePairs } from '@pocketnet/data';
import { cifarGenotype, findNetwork, loadConfig, loadNetwork, type MetricsLine, writeGenotype } from '@pocketnet/lab';
import { describe, expect, it } from 'vitest';
import { experiment, metadata, run, weights, workplace } from './experiment.js';

const at = workplace();
const pairs = at('pairs.bin');
const { images, same } = generatedPairs({ pairs: 12, identities: 4, size: 32 });
writePairs(pairs, { images, same });

describe('a run', () => {
  it('leaves its configuration, log, metrics, events, weights and checkpoint, and says where it ended', async () => {
    const val = [{ pairs, folds: 3 }];
    const { out, metrics, ...result } = await run(
      at('whole'),
      experiment({ maxSteps: 5, evalEvery: 2, name: 'whole' }, { val }),
    );
    expect(result).toMatchObject({ steps: 5, interrupted: false });
    expect(result.best.pairs).toBeGreaterThanOrEqual(result.last.pairs ?? Number.NaN);

    const files = readdirSync(out);
    expect(files.filter((name) => !name.startsWith('events.out.tfevents')).sort()).toEqual([
      'best.safetensors',
      'checkpoint.safetensors',
      'config.yaml',
      'last.safetensors',
      'metrics.jsonl',
      'training.log',
    ]);
    expect(files).toHaveLength(7);
    expect(loadConfig(join(out, 'config.yaml')).config.name).toBe('whole');

    const steps = metrics.filter((line) => 'loss' in line);
    expect(steps.map(({ step, epoch }) => [step, epoch])).toEqual([
      [1, 0],
      [2, 0],
      [3, 1],
      [4, 1],
      [5, 2],
    ]);
    for (const line of steps) {
      expect(line).toEqual({
        step: expect.any(Number),
        epoch: expect.any(Number),
        loss: expect.any(Number),
        'loss.head': line.loss,
        lr: 0.05,
        gradNorm: expect.any(Number),
        speed: expect.any(Number),
      });
    }
    expect(steps.at(-1)?.loss).toBe(result.loss);
    const measured = metrics.filter((line) => line.set === 'pairs');
    expect(measured.map(({ step }) => step)).toEqual([2, 4, 5]); // every second step, and the last
    const accuracies = measured.map(({ accuracy }) => Number(accuracy));
    expect(Math.max(...accuracies)).toBe(result.best.pairs);
    expect(accuracies.at(-1)).toBe(result.last.pairs);
    expect(measured[accuracies.indexOf(Math.max(...accuracies))]?.step).toBe(result.bestStep);

    const log = readFileSync(join(out, 'training.log'), 'utf8').trim().split('\n');
    expect(log[0]).toMatch(
      /-Started: pocketnet-xs-64 on generated:.*16 images of 4 identities, batch 8, 5 steps, seed 0$/,
    );
    expect(log.filter((line) => /Speed .*Loss .*LearningRate 0\.0500 .*Global Step: \d/.test(line))).toHaveLength(5);
    expect(log.filter((line) => /\[pairs\]\[\d\]Accuracy-Flip: 0\.\d{5}\+-0\.\d{5}$/.test(line))).toHaveLength(3);
    expect(log.at(-1)).toMatch(/\[pairs\]\[5\]Accuracy-Highest: /);

    expect(metadata(out)).toMatchObject({ network: 'pocketnet-xs-64', embedding: '64', input: '32', step: '5' });
    expect(metadata(out, 'best').step).toBe(String(result.bestStep));
  });

  it('keeps best and last apart: best is the first step of the highest accuracy, the untrained one too if asked', async () => {
    const { out, bestStep, best, last, metrics } = await run(
      at('best'),
      experiment({ maxSteps: 3, evalAtStart: true, evalEvery: 1, lr: 2 }, { val: [{ pairs, folds: 3 }] }),
    );
    const accuracies = metrics.filter((line) => 'accuracy' in line).map(({ accuracy }) => Number(accuracy));
    expect(accuracies).toHaveLength(4);
    expect(bestStep).toBe(accuracies.indexOf(Math.max(...accuracies)));
    expect([best.pairs, last.pairs]).toEqual([Math.max(...accuracies), accuracies.at(-1)]);
    expect([metadata(out, 'best').step, metadata(out).step]).toEqual([String(bestStep), '3']);
    expect(weights(out, 'best').equals(weights(out))).toBe(bestStep === 3);
  });

  it('goes over the data again when an epoch is used up, and ends after its epochs', async () => {
    const { steps, metrics } = await run(at('epochs'), experiment({ epochs: 2, maxSteps: undefined, logEvery: 3 }));
    expect(steps).toBe(4);
    expect(metrics.map(({ step, epoch }) => [step, epoch])).toEqual([
      [3, 1],
      [4, 1],
    ]);
  });

  it('logs the mean loss since the line before', async () => {
    const [each, third] = [
      (await run(at('log-1'), experiment({ maxSteps: 3 }))).metrics,
      (await run(at('log-3'), experiment({ maxSteps: 3, logEvery: 3 }))).metrics,
    ];
    const mean = each.reduce((sum, { loss }) => sum + Number(loss) / 3, 0);
    expect(third).toHaveLength(1);
    expect(third[0]?.loss).toBeCloseTo(mean, 6);
    expect(third[0]?.['loss.head']).toBe(each[2]?.loss);
  });

  it('gives the same weights for the same seed, and other ones for another', async () => {
    const same = (await run(at('seed-0'), experiment())).out;
    expect(weights((await run(at('seed-0-again'), experiment())).out).equals(weights(same))).toBe(true);
    expect(weights((await run(at('seed-1'), experiment({ seed: 1 }))).out).equals(weights(same))).toBe(false);
  });

  it('learns: the loss falls on faces that it sees again and again', async () => {
    const { metrics } = await run(at('learns'), experiment({ maxSteps: 16 }));
    const mean = (lines: MetricsLine[]): number =>
      lines.reduce((sum, { loss }) => sum + Number(loss), 0) / lines.length;
    expect(mean(metrics.slice(-4))).toBeLessThan(0.7 * mean(metrics.slice(0, 4)));
  });

  it('in bf16 trains close to float32', async () => {
    const [full, half] = [
      (await run(at('float32'), experiment({ maxSteps: 3, lr: 0.01 }))).metrics,
      (await run(at('bf16'), experiment({ maxSteps: 3, lr: 0.01, precision: 'bf16' }))).metrics,
    ];
    // bfloat16 has 8 bits: a loss within about a hundredth. Where it has fallen the steps have drifted apart, on each processor otherwise.
    const scale = Number(full[0]?.loss);
    for (const [i, { loss }] of half.entries())
      expect(Math.abs(Number(loss) - Number(full[i]?.loss)) / scale).toBeLessThan(0.05);
    expect(half[0]?.loss).not.toBe(full[0]?.loss);
  });
});

describe('a genotype file', () => {
  it('is what is trained, and travels with the weights', async () => {
    const text = writeGenotype(cifarGenotype);
    mkdirSync(at('genotypes'));
    writeFileSync(at('genotypes/cifar.json'), JSON.stringify({ genotype: text }));
    const { out } = await run(at('genotype'), experiment({ genotype: at('genotypes/cifar.json'), maxSteps: 1 }));
    expect(metadata(out).genotype).toBe(text);
    const { network, input } = loadNetwork(join(out, 'last.safetensors'));
    const expected = findNetwork('pocketnet-xs-64').build({ input, genotype: cifarGenotype });
    expect([...network.stateDict().keys()]).toEqual([...expected.stateDict().keys()]);
    const own = findNetwork('pocketnet-xs-64').build({ input });
    expect([...network.stateDict().keys()]).not.toEqual([...own.stateDict().keys()]);
    for (const each of [network, expected, own]) each.dispose();
  });
});

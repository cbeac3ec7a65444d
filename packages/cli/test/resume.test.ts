import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { json, pocketnet, signalledAt, start, workplace, writeTinyConfig } from './pocketnet.js';

describe('a run that is cut short', () => {
  const place = workplace();
  const at = { cwd: place.path };
  const command = (out: string): string[] => ['train', '--config', 'tiny.yaml', '--set', 'maxSteps=60', '--out', out];
  const weights = (out: string): Buffer => readFileSync(join(place.path, out, 'last.safetensors'));
  let undisturbed = 0;
  beforeAll(async () => {
    await json(['data', 'generate', '--out', 'pairs.bin', '--pairs', '20', '--identities', '5', '--size', '32'], at);
    writeTinyConfig(place.path);
    const begun = performance.now();
    await json(command('whole'), at);
    undisturbed = performance.now() - begun;
  });
  afterAll(() => place.remove());

  it('by kill -9 at random moments reaches the weights of an undisturbed one, to the bit', async () => {
    const seed = Number(process.env.FUZZ_SEED ?? 26);
    console.log(`seed ${seed}`);
    const random = mulberry(seed);
    for (let kill = 0; kill < 3; kill++) {
      const { child, finished } = start([...command('killed'), '--resume'], at);
      // Anywhere from before the first step to the end.
      await new Promise((resolve) => setTimeout(resolve, (0.15 + 0.6 * random()) * undisturbed));
      child.kill('SIGKILL');
      await finished;
    }
    const { code, stderr } = await pocketnet([...command('killed'), '--resume'], at);
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    expect(weights('killed').equals(weights('whole')), `seed ${seed}`).toBe(true);
    expect(steps('killed')).toEqual(steps('whole'));
  });

  it('by Ctrl-C stops with a checkpoint, exit code 130 and the way to go on, and --resume reaches the same weights', async () => {
    const atCheckpoint = signalledAt(join(place.path, 'stopped/checkpoint.safetensors'), 'SIGINT');
    const { code, stdout, stderr } = await pocketnet(command('stopped'), { ...at, node: ['--import', atCheckpoint] });
    expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
    expect(stderr).toContain('--resume');
    expect((await pocketnet([...command('stopped'), '--resume'], at)).code).toBe(0);
    expect(weights('stopped').equals(weights('whole'))).toBe(true);
  });

  /** The logged steps with their losses: no line lost, none twice. */
  const steps = (out: string): unknown[] =>
    readFileSync(join(place.path, out, 'metrics.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .map(({ step, loss, accuracy }) => ({ step, loss, accuracy }));
});

/** A small seeded generator (Tommy Ettinger's mulberry32). */
function mulberry(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

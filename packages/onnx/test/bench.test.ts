import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { benchModels, encodeModel, missingRunners, type RunnerName } from '@pocketnet/onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { smallNetwork } from './graphs.js';

const folder = mkdtempSync(join(tmpdir(), 'onnx-bench-'));
const model = join(folder, 'small.onnx');
beforeAll(() => writeFileSync(model, encodeModel(smallNetwork())));
afterAll(() => rmSync(folder, { recursive: true }));

const missing = await missingRunners();
const here = (Object.keys(missing) as RunnerName[]).filter((name) => missing[name] === undefined);

describe('A bench of models', () => {
  it('says in a sentence why a runtime is not here', () => {
    for (const reason of Object.values(missing).filter((why) => why !== undefined))
      expect(reason).toMatch(/^[A-Z].*\.$/);
    expect(here).toEqual(expect.arrayContaining(['native', 'wasm', 'engine']));
  });

  it('runs each where it is told to, in turns, and says what it cost', async () => {
    const steps: [number, number][] = [];
    const cases = here.map((runtime) => ({ model, runtime, threads: 1 }));
    const results = await benchModels(cases, { rounds: 2, runs: 3, onProgress: (...step) => steps.push(step) });
    expect(results.map(({ runtime, runs }) => [runtime, runs])).toEqual(here.map((runtime) => [runtime, 6]));
    for (const { min, p50, p95, perSecond, peakBytes } of results) {
      expect(min).toBeGreaterThanOrEqual(0); // so small a network may take less than what a page’s clock counts in
      expect(p50).toBeGreaterThanOrEqual(min);
      expect(p95).toBeGreaterThanOrEqual(p50);
      expect(perSecond).toBeGreaterThan(0);
      expect(peakBytes).toBeGreaterThan(2e7);
    }
    for (const { turns } of results) expect(turns).toHaveLength(2);
    expect(steps.at(-1)).toEqual([3 * here.length, 3 * here.length]);
  });

  it.each(here)('names the model that %s cannot run, and why', async (runtime) => {
    const broken = join(folder, 'broken.onnx');
    writeFileSync(broken, 'no model');
    await expect(benchModels([{ model: broken, runtime, threads: 1 }])).rejects.toThrow(
      new RegExp(`broken\\.onnx in ${runtime} with 1 threads: .*not an ONNX model`),
    );
  });
});

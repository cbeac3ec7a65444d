import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { benchModels, encodeModel } from '@pocketnet/onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { smallNetwork } from './graphs.js';

const folder = mkdtempSync(join(tmpdir(), 'onnx-bench-'));
const model = join(folder, 'small.onnx');
beforeAll(() => writeFileSync(model, encodeModel(smallNetwork())));
afterAll(() => rmSync(folder, { recursive: true }));

describe('A bench of models', () => {
  it('runs each where it is told to, in turns, and says what it cost', async () => {
    const steps: [number, number][] = [];
    const cases = (['native', 'wasm'] as const).map((runtime) => ({ model, runtime, threads: 1 }));
    const results = await benchModels(cases, { rounds: 2, runs: 3, onProgress: (...step) => steps.push(step) });
    expect(results.map(({ runtime, runs }) => [runtime, runs])).toEqual([
      ['native', 6],
      ['wasm', 6],
    ]);
    for (const { p50, p95, perSecond, peakBytes } of results) {
      expect(p50).toBeGreaterThan(0);
      expect(p95).toBeGreaterThanOrEqual(p50);
      expect(perSecond).toBeGreaterThan(0);
      expect(peakBytes).toBeGreaterThan(2e7);
    }
    expect(steps.at(-1)).toEqual([6, 6]);
  });

  it('names the model that cannot be run, and why', async () => {
    const broken = join(folder, 'broken.onnx');
    writeFileSync(broken, 'no model');
    await expect(benchModels([{ model: broken, runtime: 'native', threads: 1 }])).rejects.toThrow(
      /broken\.onnx in native with 1 threads: .*not an ONNX model/,
    );
  });
});

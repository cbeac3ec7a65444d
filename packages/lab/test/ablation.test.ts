import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type ArmSummary,
  ablationTable,
  loadStudy,
  refuseOtherTrials,
  saveConfig,
  type Trial,
  trialFile,
} from '@pocketnet/lab';
import { describe, expect, test } from 'vitest';
import { experiment, workplace } from './experiment.js';

const spread = (...values: number[]) => ({ mean: values[0] ?? 0, std: 0, values });
const arm = (name: string, flops: number, gain?: number): ArmSummary => ({
  arm: name,
  seeds: [1],
  last: spread(0.9),
  best: spread(0.91),
  cost: { parameters: 12_345, macs: flops / 2, flops },
  ...(gain !== undefined && { gain: spread(gain) }),
});

describe("A study's folder", () => {
  const at = workplace();
  const study = (out: string, changes: Record<string, unknown> = {}): Trial[] => {
    const { portable } = experiment({ ...changes }, { val: [{ pairs: 'pairs.bin', folds: 5 }] });
    saveConfig(at('shared.yaml'), portable);
    writeFileSync(at('study.yaml'), 'name: two\nconfig: shared.yaml\narms: { a: {}, b: { batch: 4 } }\nseeds: [1]\n');
    return loadStudy(at('study.yaml'), out).trials;
  };
  /** As if a trial had been trained: its configuration, and what it leaves when it is done or stopped. */
  const trained = (out: string, { folder, experiment }: Trial, left: string): void => {
    mkdirSync(join(out, folder), { recursive: true });
    saveConfig(trialFile(join(out, folder)), { ...experiment.portable, threads: 3 });
    writeFileSync(join(out, folder, left), '{}');
  };

  test.each(['result.json', 'checkpoint.safetensors'])(
    'is refused when a trial with a %s had another recipe',
    (left) => {
      const out = at(`study-${left}`);
      const [a, b] = study(out);
      if (!a || !b) throw new Error('The study has two trials.');
      expect(() => refuseOtherTrials(out, [a, b])).not.toThrow();
      trained(out, a, left);
      expect(() => refuseOtherTrials(out, study(out, { logEvery: 7, checkpointEvery: 9 }))).not.toThrow();
      expect(() => refuseOtherTrials(out, study(out, { lr: 0.01 }))).toThrow(
        /another configuration[\s\S]*a\/seed-1: lr was 0\.05 and is 0\.01/,
      );
      expect(() => refuseOtherTrials(out, study(out, { head: { kind: 'arcface', scale: 16, margin: 0.2 } }))).toThrow(
        /head\.margin was 0\.1 and is 0\.2/,
      );
      expect(() => refuseOtherTrials(out, study(out, { ema: 0.9 }))).toThrow(/ema was 0 and is 0\.9/);
      // What was only prepared may still be changed.
      rmSync(join(out, a.folder, left));
      expect(() => refuseOtherTrials(out, study(out, { lr: 0.01 }))).not.toThrow();
    },
  );

  test('is refused when a finished trial does not say how it was trained', () => {
    const out = at('silent');
    const trials = study(out);
    mkdirSync(join(out, 'a', 'seed-1'), { recursive: true });
    writeFileSync(join(out, 'a', 'seed-1', 'result.json'), '{}');
    expect(() => refuseOtherTrials(out, trials)).toThrow(/a\/seed-1 does not say how it was trained/);
  });
});

describe("A study's table", () => {
  test('tells what the networks cost where they differ, and only there', () => {
    const alike = ablationTable([arm('none', 2e6), arm('some', 2e6, -0.01)]);
    expect(alike.split('\n')[0]).toBe('| arm | seeds | last % | best % | last − none | last, by seed |');
    expect(alike).toContain('| some | 1 | 90.00 ± 0.00 | 91.00 ± 0.00 | −1.00 ± 0.00 | 90.00 |');
    const unlike = ablationTable([arm('none', 2e6), arm('some', 3.26e6, 0.01)]);
    expect(unlike).toContain('| some | 12,345 | 3.3 | 1 |');
  });
});

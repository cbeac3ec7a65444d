import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type ArmSummary,
  ablationTable,
  differenceOf,
  groupsTable,
  kendall,
  kendallInterval,
  loadStudy,
  refuseOtherTrials,
  saveConfig,
  summariseGroups,
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

describe('Groups of arms', () => {
  const result = (arm: string, seed: number, last: number, distance: number | null = null) => ({
    ...{ arm, seed, steps: 1, last, best: last, distance, curve: [] },
  });
  const study = { groups: { chance: ['a', 'b'], found: ['c'] }, against: 'chance' } as unknown as Parameters<
    typeof summariseGroups
  >[0];

  test('are compared over cells and seeds, nearer counting as better', () => {
    const results = [
      ...[result('a', 1, 0.7, 0.4), result('a', 2, 0.72, 0.38), result('b', 1, 0.74, 0.36), result('b', 2, 0.76, 0.34)],
      ...[result('c', 1, 0.8, 0.3), result('c', 2, 0.82, 0.28)],
    ];
    const [chance, found] = summariseGroups(study, results);
    expect(chance).toMatchObject({ group: 'chance', arms: 2, trials: 4, distance: expect.closeTo(0.37, 6) });
    expect(chance?.gain).toBeUndefined();
    expect(found?.gain?.accuracy.mean).toBeCloseTo(0.08, 6);
    expect(found?.gain?.distance?.mean).toBeCloseTo(0.08, 6);
    expect(found?.gain?.distance?.low).toBeGreaterThan(0);
    expect(groupsTable(summariseGroups(study, results))).toMatch(/\| found \| 1 \| 2 \| 81\.00 \| 0\.2900 \| 8\.00 \(/);
    expect(
      summariseGroups(
        study,
        results.map((each) => ({ ...each, distance: null })),
      )[1]?.gain?.distance,
    ).toBeNull();
    expect(summariseGroups(study, results.slice(0, 4))).toHaveLength(1);
  });

  test('have intervals that hold the difference, and 0 where there is none, and narrow with more cells', () => {
    const cells = (count: number, shift: number): number[][] =>
      Array.from({ length: count }, (_, i) => [shift + Math.sin(3 * i), shift + Math.sin(3 * i + 1)]);
    const width = (count: number, shift: number): number => {
      const { mean, low, high } = differenceOf(cells(count, shift), cells(count, 0));
      expect(mean).toBeCloseTo(shift, 6);
      expect(low).toBeLessThan(mean);
      expect(high).toBeGreaterThan(mean);
      return high - low;
    };
    expect(width(40, 0.5)).toBeLessThan(width(4, 0.5));
    const none = differenceOf(cells(10, 0), cells(10, 0));
    expect(none.low).toBeLessThan(0);
    expect(none.high).toBeGreaterThan(0);
  });
});

test("Kendall's τ counts pairs in one order less those in the other", () => {
  expect(kendall([1, 2, 3, 4], [1, 2, 3, 4])).toBe(1);
  expect(kendall([1, 2, 3, 4], [4, 3, 2, 1])).toBe(-1);
  expect(kendall([1, 2, 3, 4], [1, 2, 4, 3])).toBeCloseTo(4 / 6);
  expect(kendall([1, 1, 2], [1, 2, 3])).toBeCloseTo(2 / Math.sqrt(2 * 3));
  const order = Array.from({ length: 24 }, (_, i) => i);
  const shuffled = order.map((i) => (7 * i) % 24);
  const { mean, low, high } = kendallInterval(order, shuffled);
  expect(low).toBeLessThan(mean);
  expect(high).toBeGreaterThan(mean);
});

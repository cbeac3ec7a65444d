import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Random } from '@pocketnet/files';
import {
  type ArmSummary,
  ablationTable,
  comparisonsTable,
  type Difference,
  differenceOf,
  type GroupSummary,
  groupComparisons,
  groupsTable,
  holm,
  kendall,
  kendallInterval,
  loadStudy,
  randomGenotype,
  refuseOtherSearches,
  refuseOtherTrials,
  type Study,
  saveConfig,
  saveResult,
  seedSpreadOf,
  summariseGroups,
  type TrainResult,
  type Trial,
  trialFile,
  writeGenotype,
} from '@pocketnet/lab';
import { describe, expect, test } from 'vitest';
import { experiment, workplace } from './experiment.js';
import { tinySearch } from './tiny-search.js';

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

  test('is refused when a trial was trained with other cells than a file holds now', () => {
    const out = at('cells');
    const cells = (seed: number): void =>
      writeFileSync(at('found.json'), JSON.stringify({ genotype: writeGenotype(randomGenotype(seed)) }));
    cells(1);
    const trials = study(out, { genotype: at('found.json') });
    const [a] = trials as [Trial, Trial];
    trained(out, a, 'experiment-done');
    saveResult(join(out, a.folder), { last: { pairs: 0.9 } } as unknown as TrainResult, a);
    expect(() => refuseOtherTrials(out, trials)).not.toThrow();
    cells(2);
    expect(() => refuseOtherTrials(out, trials)).toThrow(/a\/seed-1: .*found.json holds other cells than it did/);
  });

  test('is refused when a search in it was made by another configuration', () => {
    const out = at('searched');
    const searches = (changes: object) => [{ folder: 'shared', search: tinySearch({ ...changes }) }];
    expect(() => refuseOtherSearches(out, searches({}))).not.toThrow();
    mkdirSync(join(out, 'shared'), { recursive: true });
    saveConfig(join(out, 'shared', 'config.yaml'), tinySearch({ threads: 3 }).portable);
    expect(() => refuseOtherSearches(out, searches({ logEvery: 9 }))).not.toThrow();
    expect(() => refuseOtherSearches(out, searches({ maxSteps: 7 }))).toThrow(
      /another configuration[\s\S]*shared: maxSteps was none and is 7/,
    );
  });

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
    ...{ arm, seed, steps: 1, last, best: last, tar: null, distance, curve: [] },
  });
  const groups = { chance: ['a', 'b'], found: ['c', 'd'], one: ['e'] };
  const study = { groups, comparisons: [{ of: ['found', 'one'], with: 'chance' }] } as unknown as Study;
  const results = [
    ...[result('a', 1, 0.7, 0.4), result('a', 2, 0.72, 0.38), result('b', 1, 0.74, 0.36), result('b', 2, 0.76, 0.34)],
    ...[result('c', 1, 0.9, 0.2), result('c', 2, 0.92, 0.18), result('d', 1, 0.92, 0.18), result('d', 2, 0.94, 0.16)],
    ...[result('e', 1, 0.73, 0.37), result('e', 2, 0.73, 0.37)],
  ];

  test('are compared over cells and seeds, nearer counting as better', () => {
    const [chance, found] = summariseGroups(study, results);
    expect(chance).toMatchObject({ group: 'chance', arms: 2, trials: 4, distance: expect.closeTo(0.37, 6) });
    expect(groupsTable([chance, found] as GroupSummary[])).toContain('| found | 2 | 4 | 92.00 | 0.1800 |');
    const [better, one] = groupComparisons(study, results);
    expect(better).toMatchObject({ group: 'found', other: 'chance', seeds: 2 });
    expect(better?.accuracy?.mean).toBeCloseTo(0.19, 6);
    expect(better?.closeness?.mean).toBeCloseTo(0.19, 6);
    expect(better?.closeness?.low).toBeGreaterThan(0);
    expect(comparisonsTable(groupComparisons(study, results))).toMatch(/\| found \| chance \| 2 \| 19\.00 \(/);
    // One cell is not taken for all cells of its kind: its seeds alone say how certain it is.
    expect(one?.closeness?.mean).toBeCloseTo(0, 6);
    const unmeasured = results.map((each) => ({ ...each, distance: null }));
    expect(groupComparisons(study, unmeasured)[0]).toMatchObject({ closeness: null, p: expect.any(Number) });
    expect(groupComparisons(study, results.slice(0, 4))).toEqual([]);
  });

  test('are compared by the seeds that all of them have', () => {
    const ahead = [...results, result('c', 3, 0.1, 0.9)];
    expect(groupComparisons(study, ahead)[0]).toEqual(groupComparisons(study, results)[0]);
    const apart = results.filter(({ arm, seed }) => (arm === 'a' ? seed === 1 : seed === 2));
    expect(groupComparisons(study, apart)[0]).toMatchObject({ seeds: 0, accuracy: null, closeness: null, p: null });
  });

  test('are held against others of which nothing is known, and names that there are not, with a sentence', () => {
    expect(differenceOf([[1]], [[1], [2]], null)).toBeNull();
    writeFileSync(
      at('odd.yaml'),
      'name: odd\nconfig: x.yaml\narms: { a: {}, b: {} }\nseeds: [1]\ngroups: { all: [a, b] }\ncomparisons: [{ of: [all], with: others }]\n',
    );
    expect(() => loadStudy(at('odd.yaml'), at('odd'))).toThrow(/comparisons name the group others, which there is not/);
  });

  const at = workplace();

  test('that differ by chance alone are called better as often as 2.5 % say, by three cells and two seeds too', () => {
    for (const seedSpread of [0.1, 1]) {
      const random = new Random(7, 10 * seedSpread);
      const cells = (count: number): number[][] =>
        Array.from({ length: count }, () => {
          const cell = random.normal();
          return [1, 2].map(() => cell + seedSpread * random.normal());
        });
      let [better, holds] = [0, 0];
      const draws = 1500;
      for (let draw = 0; draw < draws; draw++) {
        const [found, chance] = [cells(3), cells(8)];
        const { low = Number.NaN, high = Number.NaN } =
          differenceOf(found, chance, seedSpreadOf([...found, ...chance])) ?? {};
        if (low > 0) better++;
        if (low <= 0 && high >= 0) holds++;
      }
      expect(better / draws).toBeGreaterThan(0.012);
      expect(better / draws).toBeLessThan(0.04);
      expect(holds / draws).toBeGreaterThan(0.93);
      expect(holds / draws).toBeLessThan(0.97);
    }
  });

  test('narrow with more cells, and hold the difference', () => {
    const cells = (count: number, shift: number): number[][] =>
      Array.from({ length: count }, (_, i) => [shift + Math.sin(3 * i), shift + Math.sin(3 * i + 1)]);
    const width = (count: number): number => {
      const { mean, low, high } = differenceOf(cells(count, 0.5), cells(count, 0), null) as Difference;
      expect(mean).toBeCloseTo(0.5, 6);
      return high - low;
    };
    expect(width(40)).toBeLessThan(width(4));
    expect(differenceOf([[2], [2]], [[1], [1]], null)).toEqual({ mean: 1, low: 1, high: 1, p: 0 });
  });

  test("share Holm's correction: the least chance times the number of questions, none below a smaller one", () => {
    expect(holm([0.01, 0.04, 0.03])).toEqual([0.03, 0.06, 0.06]);
    expect(holm([0.5, 0.9])).toEqual([1, 1]);
    expect(holm([])).toEqual([]);
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

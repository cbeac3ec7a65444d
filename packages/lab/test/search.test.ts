import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  keyOf,
  type LoadedSearch,
  networkOfCells,
  partsOfFrame,
  randomGenotype,
  readAlphas,
  readGenotype,
  readGenotypeFile,
  readMetrics,
  type SearchOptions,
  search,
  writeGenotype,
  writeLatencyTable,
} from '@pocketnet/lab';
import { fromArray, liveTensors, loadTensors, saveTensors, scope } from '@pocketnet/torch';
import { describe, expect, test } from 'vitest';
import { workplace } from './experiment.js';
import { tinySearch as tiny } from './tiny-search.js';

const at = workplace();

const run = (name: string, config: LoadedSearch, options: Partial<SearchOptions> = {}) =>
  search(config, { out: at(name), quiet: true, ...options });
const alphasOf = (name: string) => readAlphas(at(name)).alphas;
const checkpoint = (name: string): Buffer => readFileSync(at(name, 'checkpoint.safetensors'));

describe('A search', () => {
  test('leaves genotypes that training reads, drawings, metrics and α, and no tensors', async () => {
    const before = liveTensors();
    const result = await run('whole', tiny({ validateEvery: 1 }));
    expect(result).toMatchObject({ steps: 8, epochs: 2, interrupted: false, collapsed: false });
    expect(writeGenotype(readGenotypeFile(at('whole', 'genotype.json')))).toBe(result.genotype);
    const page = readFileSync(at('whole', 'report.html'), 'utf8');
    expect(page).toMatch(/<input type="range" min="0" max="1" value="1"/); // two epochs
    expect(page.match(/<img alt/g)).toHaveLength(2 * 2 + 2 + 2); // cells of each epoch, heat maps, curves
    expect(page).not.toMatch(/https?:/);
    expect(JSON.parse(readFileSync(at('whole', 'genotype.json'), 'utf8'))).toMatchObject({
      seed: 2,
      data: expect.stringContaining('generated'),
      network: { channels: 4 },
      scores: { steps: 8, accuracy: result.accuracy },
    });
    expect(readdirSync(at('whole', 'genotypes')).sort()).toEqual(
      ['001', '002'].flatMap((epoch) => ['-normal.svg', '-reduce.svg', '.json'].map((end) => `epoch-${epoch}${end}`)),
    );
    const lines = readMetrics(join(at('whole'), 'metrics.jsonl'));
    expect(lines.filter(({ kind }) => kind === 'search').map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(lines.filter(({ kind }) => kind === 'epoch')).toHaveLength(2);
    expect(result.best).toBeGreaterThanOrEqual(result.accuracy ?? 1);
    expect(liveTensors()).toBe(before);
  });

  test('gives the same α and genotype twice with one seed, and others with another', async () => {
    const [one, two, other] = [
      await run('one', tiny()),
      await run('two', tiny()),
      await run('other', tiny({ seed: 3 })),
    ];
    expect(alphasOf('two')).toEqual(alphasOf('one'));
    expect(two.genotype).toBe(one.genotype);
    expect(alphasOf('other')).not.toEqual(alphasOf('one'));
    expect(other.steps).toBe(one.steps);
  });

  test('resumes from anywhere to the same numbers, to the bit', async () => {
    await run('straight', tiny());
    for (const steps of [3, 4]) {
      const name = `resumed-${steps}`;
      const stopped = await run(name, tiny({ checkpointEvery: 1 }), { signal: afterSteps(at(name), steps) });
      expect(stopped).toMatchObject({ interrupted: true, steps });
      expect(checkpoint(name).equals(checkpoint('straight'))).toBe(false);
      await run(name, tiny({ checkpointEvery: 1 }), { resume: true });
      expect(checkpoint(name).equals(checkpoint('straight'))).toBe(true);
    }
    await expect(run('straight', tiny())).rejects.toThrow(/--resume/);
    await expect(run('straight', tiny({ lr: 0.01 }), { resume: true })).rejects.toThrow(/lr was 0.05 and is 0.01/);
  });

  test('is not resumed as one without what it began with', async () => {
    const budget = { count: 'flops', target: 1, weight: 1 };
    const begun = { signal: afterSteps(at('with-budget'), 1) };
    expect((await run('with-budget', tiny({ budget }), begun)).interrupted).toBe(true);
    const before = checkpoint('with-budget');
    await expect(run('with-budget', tiny(), { resume: true })).rejects.toThrow(/budget\.count was "flops" and is none/);
    await expect(run('with-budget', tiny({ budget, syncBatchNorm: true }), { resume: true })).rejects.toThrow(
      /syncBatchNorm was none and is true/,
    );
    expect(checkpoint('with-budget').equals(before)).toBe(true);
    expect((await run('with-budget', tiny({ budget }), { resume: true })).steps).toBe(8);
  });

  test('by time goes on with the times that it began with, wherever their table lies', async () => {
    const { network, data } = tiny().config;
    const cells = networkOfCells(cellsOfTwo, { network, data });
    const measured = { machine: 'test', engine: 'none', frames: ['tiny'] };
    const table = (ms: number) => ({
      ...measured,
      parts: Object.fromEntries(partsOfFrame(cells).map((part) => [keyOf(part), { what: part.what, ms }])),
    });
    const config = (name: string) =>
      tiny({ budget: { count: 'latency', table: at(name), target: 0.1, weight: 1 }, epochs: 1 });
    for (const [name, ms] of [
      ['a.json', 1],
      ['copy-of-a.json', 1],
      ['b.json', 2],
    ] as const)
      writeLatencyTable(at(name), table(ms));
    const begun = { signal: afterSteps(at('by-time'), 1) };
    expect((await run('by-time', config('a.json'), begun)).interrupted).toBe(true);
    await expect(run('by-time', config('b.json'), { resume: true })).rejects.toThrow(/budget\.table was/);
    expect((await run('by-time', config('copy-of-a.json'), { resume: true })).steps).toBe(4);
    cells.dispose();
    const lacking = { ...measured, parts: {} };
    writeLatencyTable(at('empty.json'), lacking);
    await expect(run('by-no-time', config('empty.json'))).rejects.toThrow(/no time of a block.*bench --operations/);
  });

  test('ends at a collapse if it should, with the genotype before it, and shows the counts', async () => {
    // All four edges of the normal cell are made skip-connections in the second epoch, which no α comes to by itself so early.
    const config = tiny({ collapse: { skips: 3, stop: true }, epochs: 3 });
    await run('collapse', config, { signal: afterSteps(at('collapse'), 5) });
    favourSkips(at('collapse', 'checkpoint.safetensors'));
    const result = await run('collapse', config, { resume: true });
    expect(result).toMatchObject({ collapsed: true, steps: 8 });
    expect(result.genotype).toBe(writeGenotype(readGenotypeFile(at('collapse', 'genotypes', 'epoch-001.json'))));
    expect(readFileSync(at('collapse', 'training.log'), 'utf8')).toMatch(
      /Warning: Epoch 2: the normal cell would hold 4 skip-connections.*derived cell: 4 × skip_connect/,
    );
    const limited = await run('limited', tiny({ derive: { skips: 0 } }));
    expect(
      readGenotype(limited.genotype)
        .normal.flat()
        .some(([name]) => name === 'skip_connect'),
    ).toBe(false);
  });

  test('moves α by a budget alone, towards what costs nothing', async () => {
    const shares = (name: string, k: number): number =>
      mean(
        alphasOf(name)
          .normal.flat()
          .map((row) => row[k] ?? 0),
      );
    const dear = { budget: { count: 'flops', target: 1, weight: 1e3 }, architect: { lr: 0.02, order: 1 } };
    await run('budget', tiny(dear));
    const [conv7, skip] = [5, 2].map((k) => shares('budget', k)) as [number, number];
    expect(conv7).toBeLessThan(skip - 0.05);
  });

  test('only trains the weights while it warms up', async () => {
    await run('warm', tiny({ epochs: 1, architect: { warmupEpochs: 1 } }));
    await run('cold', tiny({ epochs: 1, maxSteps: 1, architect: { warmupEpochs: 1 } }));
    expect(alphasOf('warm')).toEqual(alphasOf('cold'));
  });

  test('at random trains what it draws, keeps the best, and does nothing twice', async () => {
    const before = liveTensors();
    const config = tiny({ method: 'random', random: { candidates: 3, epochs: 2 } });
    const whole = await run('random', config);
    expect(whole.candidates).toHaveLength(3);
    const accuracies = whole.candidates?.map(({ accuracy }) => accuracy ?? Number.NaN) ?? [];
    expect(accuracies).toEqual(accuracies.toSorted((a, b) => b - a));
    expect(new Set(whole.candidates?.map(({ genotype }) => genotype)).size).toBe(3);
    expect(whole).toMatchObject({ steps: 24, genotype: whole.candidates?.[0]?.genotype, accuracy: accuracies[0] });
    expect(writeGenotype(readGenotypeFile(at('random', 'genotype.json')))).toBe(whole.genotype);
    expect(liveTensors()).toBe(before);

    const part = await run('random-part', config, { signal: whenThere(at('random-part', 'candidates.json')) });
    expect(part.interrupted).toBe(true);
    expect(existsSync(at('random-part', 'genotype.json'))).toBe(false);
    const rest = await run('random-part', config, { resume: true });
    const scores = (result: typeof whole) => result.candidates?.map(({ seed, accuracy }) => ({ seed, accuracy }));
    expect(scores(rest)).toEqual(scores(whole));
    await expect(run('random', config)).rejects.toThrow(/--resume/);
    await expect(
      run('random', tiny({ method: 'random', random: { candidates: 2, epochs: 1 } }), { resume: true }),
    ).rejects.toThrow(/another search: random.candidates was 3 and is 2; random.epochs was 2 and is 1/);
    await expect(run('random', tiny(), { resume: true })).rejects.toThrow(
      /by the method random, and this one is darts/,
    );
    await expect(run('random', tiny())).rejects.toThrow(/by the method random, and this one is darts/);
    await run('gradient', tiny({ epochs: 1, maxSteps: 1 }));
    await expect(run('gradient', config, { resume: true })).rejects.toThrow(
      /by the method darts, and this one is random/,
    );
  });

  test('names what is wrong with a configuration', () => {
    expect(() => tiny({ architect: { order: 3 } })).toThrow(/architect.order/);
    expect(() => tiny({ epoch: 3 })).toThrow(/epoch: unknown key; did you mean "epochs"/);
  });
});

/** Cells of two nodes, as the tiny search has. */
const cellsOfTwo = randomGenotype(1, 2);

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** A signal that is asked after every step, and is given once something holds. */
function once(holds: () => boolean): AbortSignal {
  return {
    get aborted() {
      return holds();
    },
  } as AbortSignal; // all that a search asks of it
}

/** Stops a search after so many steps. Every step writes a line, as `logEvery` says. */
const afterSteps = (folder: string, steps: number): AbortSignal =>
  once(() => readMetrics(join(folder, 'metrics.jsonl')).some(({ step }) => step >= steps));

const whenThere = (path: string): AbortSignal => once(() => existsSync(path));

/** Changes a checkpoint's α so that skip-connections win. */
function favourSkips(path: string): void {
  scope(() => {
    const { tensors, metadata } = loadTensors(path);
    for (const [name, value] of tensors) {
      if (!/^network\.alpha_/.test(name)) continue;
      const favoured = value.toFloat32().map((alpha, i) => alpha + (i % 8 === 2 ? 10 : 0));
      tensors.set(name, fromArray(favoured, value.shape));
    }
    saveTensors(path, tensors, metadata);
  });
}

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  casiaGenotype,
  count,
  findSearchMethod,
  keyOf,
  type LoadedSearch,
  networkOfCells,
  partsOfFrame,
  randomGenotype,
  readGenotype,
  readGenotypeFile,
  readMetrics,
  restKey,
  type SearchMethod,
  type SearchOptions,
  search,
  searchMethods,
  writeGenotype,
  writeLatencyTable,
} from '@pocketnet/lab';
import { liveTensors } from '@pocketnet/torch';
import { beforeAll, describe, expect, test } from 'vitest';
import { experiment, run as train, workplace } from './experiment.js';
import { tinySearch } from './tiny-search.js';

const at = workplace();

/** What each method needs beside the defaults, to be done in seconds. */
const options: Readonly<Record<string, object>> = {
  random: { random: { candidates: 3, epochs: 1 } },
  'single-path': { singlePath: { population: 4, generations: 2, parents: 2, calibration: 1 } },
};

const people = 'generated:identities=4,images=8,seed=1,size=32';
const others = 'generated:identities=3,images=8,seed=2,size=32';

/** The lessons that every method can be given. */
const lessons = {
  'by classes': () => ({ data: { train: people, size: 32, workers: 0, measured: 12 } }),
  'by distillation': () => ({
    data: { train: [people], unlabelled: [others], size: 32, workers: 0, augment: [{ name: 'flip', p: 0.5 }] },
    teacher: { models: at('teacher', 'last.safetensors'), weight: 1000, cache: at('cache') },
  }),
  'by both': () => ({
    data: { train: [people], unlabelled: [others], size: 32, workers: 0, augment: [{ name: 'crop' }] },
    teacher: { models: at('teacher', 'last.safetensors'), sees: 'crop', mirror: 'mean', cache: at('cache') },
    labels: 0.5,
  }),
} as const;

const configure = (method: string, lesson: keyof typeof lessons, more: object = {}): LoadedSearch =>
  tinySearch({ epochs: 1, method, ...options[method], ...lessons[lesson](), validateEvery: 1, ...more });

const run = (folder: string, loaded: LoadedSearch, more: Partial<SearchOptions> = {}) =>
  search(loaded, { out: at(folder), quiet: true, ...more });

/** A signal that is asked after every step and every candidate, and is given the second time. */
const soon = (time = 2): AbortSignal => {
  let asked = 0;
  return {
    get aborted() {
      return ++asked >= time;
    },
  } as AbortSignal; // all that a search asks of it
};

const methods = Array.from(searchMethods, ({ name }) => name);

beforeAll(async () => {
  await train(at('teacher'), experiment({ network: 'pocketnet-t-128' }));
});

describe.each(methods)('A search by the method %s', (method) => {
  test.each(Object.keys(lessons) as (keyof typeof lessons)[])(
    'learns %s, and leaves a genotype that training reads and no tensors',
    async (lesson) => {
      await run(`${method}-warm`, configure(method, lesson), { out: at(`${method}-${lesson}-warm`) }); // caches and workers
      const before = liveTensors();
      const folder = `${method}-${lesson}`;
      const result = await run(folder, configure(method, lesson));
      expect(liveTensors()).toBeLessThanOrEqual(before); // some of an earlier training may be collected meanwhile
      expect(result).toMatchObject({ interrupted: false, collapsed: false });
      expect(writeGenotype(readGenotypeFile(at(folder, 'genotype.json')))).toBe(result.genotype);
      expect(result.distance === null).toBe(lesson === 'by classes');
      expect(result.accuracy === null).toBe(lesson === 'by distillation');
      if (result.distance !== null) {
        expect(result.distance).toBeGreaterThan(0);
        expect(result.distance).toBeLessThan(2);
      }
      expect(JSON.parse(readFileSync(at(folder, 'genotype.json'), 'utf8'))).toMatchObject({
        network: { channels: 4 },
        data: expect.stringContaining('generated'),
      });
      expect(readFileSync(at(folder, 'config.yaml'), 'utf8')).toContain(`method: ${method}`);
      expect(readFileSync(at(folder, 'training.log'), 'utf8')).not.toBe('');
    },
  );

  test('comes to one result with one seed, interrupted or not, and to another with another', async () => {
    const loaded = configure(method, 'by distillation');
    const whole = await run(`${method}-whole`, loaded);
    const stopped = await run(`${method}-stopped`, loaded, { signal: soon() });
    expect(stopped.interrupted).toBe(true);
    expect(existsSync(at(`${method}-stopped`, 'genotype.json'))).toBe(false);
    const rest = await run(`${method}-stopped`, loaded, { resume: true });
    const told = (result: typeof whole) => ({
      ...{ genotype: result.genotype, distance: result.distance },
      candidates: result.candidates?.map(({ seconds: _, ...candidate }) => candidate),
    });
    expect(told(rest)).toEqual(told(whole));
    const other = await run(`${method}-other`, configure(method, 'by distillation', { seed: 3 }));
    expect(told(other)).not.toEqual(told(whole));
  });

  test('goes on with nothing but its own', async () => {
    const folder = `${method}-own`;
    await run(folder, configure(method, 'by classes'));
    await expect(run(folder, configure(method, 'by classes'))).rejects.toThrow(/--resume/);
    for (const another of methods.filter((each) => each !== method))
      await expect(run(folder, configure(another, 'by classes'), { resume: true })).rejects.toThrow(
        new RegExp(`a search by the method ${method}, and this one is ${another}`),
      );
    await expect(run(folder, configure(method, 'by classes', { lr: 0.01 }), { resume: true })).rejects.toThrow(
      /lr was 0.05 and is 0.01/,
    );
  });
});

describe('A shared network', () => {
  const limited = (table: string, more: object = {}): LoadedSearch =>
    configure('single-path', 'by distillation', {
      limits: { latency: { table: at(table), like: ['softmax_casia'], within: 0.9 } },
      network: { channels: 4, cells: 3 },
      ...more,
    });
  const told = ({ candidates }: Awaited<ReturnType<typeof run>>) =>
    candidates?.map(({ seconds: _, ...candidate }) => candidate);

  beforeAll(() => {
    const { network, data } = tinySearch({ network: { channels: 4, cells: 3 } }).config;
    const parts = partsOfFrame(networkOfCells(casiaGenotype, { network, data })).map((part) => [
      keyOf(part),
      { what: part.what, ms: 0.1 + count(part.block, part.input.side, part.input.channels).flops / 1e6 },
    ]);
    const rest = [restKey(networkOfCells(casiaGenotype, { network, data })), { what: 'the rest', ms: 1 }];
    for (const name of ['table.json', 'moved.json'])
      writeLatencyTable(at(name), {
        ...{ machine: 'test', engine: 'test', frames: ['test'] },
        parts: Object.fromEntries([...parts, rest]),
      });
  });

  test('stopped amid its candidates goes on with those that follow, wherever its table lies then', async () => {
    const whole = await run('amid-whole', limited('table.json'));
    const stopped = await run('amid', limited('table.json'), { signal: soon(whole.steps + 4) });
    expect(stopped.interrupted).toBe(true);
    const before = JSON.parse(readFileSync(at('amid', 'candidates.json'), 'utf8')).candidates;
    expect(before.length).toBeGreaterThan(1);
    expect(before.length).toBeLessThan(whole.candidates?.length ?? 0);
    const rest = await run('amid', limited('moved.json'), { resume: true });
    expect(told(rest)).toEqual(told(whole));
    expect(rest.candidates).toEqual(expect.arrayContaining(before)); // their times too: none was judged again
  });

  test('that learns on judges its candidates anew, and its rates are those of a longer training', async () => {
    const steps = (maxSteps: number): LoadedSearch => limited('table.json', { lrMoves: 'step', epochs: 4, maxSteps });
    await run('longer', steps(2));
    await expect(run('longer', steps(6), { resume: true })).rejects.toThrow(
      /maxSteps was 2 and is 6.*--change maxSteps/,
    );
    const longer = await run('longer', steps(6), { resume: true, change: ['maxSteps'] });
    expect(longer.steps).toBe(6);
    const { candidates } = JSON.parse(readFileSync(at('longer', 'candidates.json'), 'utf8'));
    expect(candidates).toEqual(expect.arrayContaining(longer.candidates ?? []));
    const scores = await findSearchMethod('single-path').rank?.(
      steps(6),
      at('longer'),
      candidates.map(({ genotype }: { genotype: string }) => readGenotype(genotype)),
    );
    expect(scores).toEqual(candidates.map(({ distance }: { distance: number }) => distance));
  });
});

test('DARTS ranks genotypes by their shares: what it found before what it likes least', async () => {
  const loaded = configure('darts', 'by classes', { epochs: 2 });
  const { genotype } = await run('ranking', loaded);
  const others = Array.from({ length: 20 }, (_, seed) => randomGenotype(seed, 2));
  const [found = Number.NaN, ...rest] =
    (await findSearchMethod('darts').rank?.(loaded, at('ranking'), [readGenotype(genotype), ...others])) ?? [];
  expect(found).toBeLessThan(Math.min(...rest));
  await expect(findSearchMethod('darts').rank?.(loaded, at('ranking'), [randomGenotype(1, 3)])).rejects.toThrow(
    /3 nodes is none of this search/,
  );
});

describe('Searching by distillation', () => {
  test('teaches weights: the distance falls', async () => {
    await run('learning', configure('single-path', 'by distillation', { epochs: 8 }));
    const losses = readMetrics(join(at('learning'), 'metrics.jsonl')).map(({ trainLoss }) => Number(trainLoss));
    const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(losses.slice(-7))).toBeLessThan(0.8 * mean(losses.slice(0, 7)));
  });

  test('asks the teacher for each image once, whatever half it is in', async () => {
    const config = (seed: number): LoadedSearch => configure('darts', 'by distillation', { seed });
    await run('caches-1', config(11));
    const folders = (): string[] => readdirSync(at('cache')).sort();
    const before = folders();
    await run('caches-2', config(12)); // other halves
    expect(folders()).toEqual(before);
  });

  test('says what it lacks', () => {
    const complaint = (more: Record<string, unknown>) => () => tinySearch(more);
    expect(complaint({ data: { train: people, unlabelled: [others] } })).toThrow(/unlabelled.*without a teacher/);
    expect(complaint({ labels: 0 })).toThrow(/labels.*nothing to learn/);
    expect(complaint({ teacher: { models: 'x.onnx', project: 'learned' } })).toThrow(/teacher.project.*pca or none/);
    expect(complaint({ method: 'random' })).toThrow(/random.*candidates and epochs/);
    expect(complaint({ budget: { count: 'latency', target: 1 } })).toThrow(/budget.table/);
  });

  test('names the methods there are', async () => {
    await expect(run('odd', tinySearch({ method: 'oracle' }))).rejects.toThrow(
      /no search method 'oracle'; there are darts, single-path, random/,
    );
  });
});

test('A method of one file is found by its name', async () => {
  const first: SearchMethod = {
    name: 'first',
    summary: 'takes the first operation everywhere',
    isHeld: () => false,
    search: async () => ({
      ...{ steps: 0, epochs: 0, accuracy: null, best: null, distance: null, bestDistance: null, bestEpoch: 0 },
      ...{ genotype: writeGenotype(readGenotype(genotypeText)), collapsed: false, interrupted: false },
    }),
  };
  searchMethods.add(first);
  expect((await run('first', tinySearch({ method: 'first' }))).genotype).toBe(genotypeText);
});

const genotypeText =
  "Genotype(normal=[[('max_pool_3x3', 0), ('max_pool_3x3', 1)]], normal_concat=range(2, 3), " +
  "reduce=[[('max_pool_3x3', 0), ('max_pool_3x3', 1)]], reduce_concat=range(2, 3))";

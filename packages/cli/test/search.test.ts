import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { json, pocketnet, workplace, writeTinyConfig } from './pocketnet.js';

/** `${name}`, spelled so that it is plain that no JavaScript template is meant. */
const variable = (name: string) => `$\{${name}}`;
const place = workplace();
const at = { cwd: place.path };
const inPlace = (name: string): string => join(place.path, name);
const read = (name: string): string => readFileSync(inPlace(name), 'utf8');
afterAll(() => place.remove());

beforeAll(() => {
  writeTinyConfig(place.path, 'none.bin');
  writeFileSync(
    inPlace('search.yaml'),
    [
      'data: { train: "generated:identities=4,images=8,seed=1,size=32", size: 32, workers: 0 }',
      'network: { channels: 4, cells: 3 }',
      'batch: 8',
      'epochs: 2',
      'threads: 1',
    ].join('\n'),
  );
});

const train = (out: string, genotype: string) =>
  pocketnet(
    [
      ...['train', '--config', 'tiny.yaml', '--genotype', genotype, '--out', out, '--json'],
      ...['--set', 'data.val=[]', '--set', 'maxSteps=1'],
    ],
    at,
  );

describe('A search, from its configuration to a network', () => {
  it('finds cells, that derive reads from its checkpoint, draw draws and train trains', async () => {
    const { genotype, steps, epochs } = await json(['search', '--config', 'search.yaml', '--out', 'found'], at);
    expect({ steps, epochs }).toEqual({ steps: 4, epochs: 2 });
    expect(read('found/report.html')).toContain('Derived cells');
    const derived = await json(['derive', '--checkpoint', 'found', '--out', 'derived.json'], at);
    expect(derived).toMatchObject({ genotype, seed: 2, out: 'derived.json' });
    expect(JSON.parse(read('found/genotype.json'))).toMatchObject({ genotype, alphas: derived.alphas });
    await json(['draw', 'found/genotype.json', '--out', 'cell.svg'], at);
    expect(read('cell-normal.svg')).toMatch(/<svg/);
    const { code, stderr } = await train('trained', 'derived.json');
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    expect(read('trained/last.safetensors').slice(0, 50_000)).toContain(String(genotype).slice(0, 40));
  });

  it('has random cells as its baseline, the same for one seed', async () => {
    const first = await json(['derive', '--random', '7', '--out', 'random-7.json'], at);
    const second = await json(['derive', '--random', '7'], at);
    const other = await json(['derive', '--random', '8'], at);
    expect(second.genotype).toBe(first.genotype);
    expect(other.genotype).not.toBe(first.genotype);
    expect((await train('random', 'random:7')).code).toBe(0);
  });

  it('is made by a study that needs its cells, which then ranks it: one command, once', async () => {
    writeFileSync(
      inPlace('study.yaml'),
      [
        'name: cells',
        'config: tiny.yaml',
        'first: [{ name: shared, search: search.yaml, set: [method=single-path, singlePath.population=2, singlePath.generations=1, data.measured=8] }]',
        `arms: { found: { genotype: '${variable('STUDY')}/shared/genotype.json' }, one: { genotype: 'random:1' }, two: { genotype: 'random:2' } }`,
        'seeds: [1]',
        'groups: { chance: [one, two], found: [found] }',
        'comparisons: [{ of: [found], with: chance }]',
      ].join('\n'),
    );
    const people = 'generated:identities=24,images=4,size=32';
    await json(['data', 'draw-pairs', people, '--pairs', '40', '--out', 'none.bin'], at);
    const set = ['maxSteps=1', 'data.val.0.folds=10'].flatMap((each) => ['--set', each]);
    const options = ['--config', 'study.yaml', ...set, '--out', 'study'];
    const { groups, comparisons } = await json(['ablate', '--time', ...options], at);
    expect(groups).toMatchObject([
      { group: 'chance', arms: 2 },
      { group: 'found', arms: 1 },
    ]);
    // A single cell with a single seed: nothing says how certain it is.
    expect(comparisons).toMatchObject([{ group: 'found', other: 'chance', seeds: 1, accuracy: null, closeness: null }]);
    expect(Object.values(JSON.parse(read('study/times.json')).ms)).toEqual(Array(3).fill(expect.any(Number)));
    expect(read('study/table.md')).toMatch(/MFLOPs \| ms \|.*TAR at FAR 1e-2/);
    const searched = read('study/shared/candidates.json');
    const report = ['search', '--report', '--out', 'study/shared', '--against', 'study', '--study', 'study.yaml'];
    const ranks = await json(report, at);
    expect(ranks).toMatchObject({ genotypes: [{ arm: 'found' }, { arm: 'one' }, { arm: 'two' }] });
    rmSync(inPlace('study/shared/checkpoint.safetensors'));
    expect(await json(report, at), 'of what it has said, once its weights are gone').toEqual(ranks);
    expect(read('study/shared/ranks.html')).toContain('MFLOPs');
    expect(read('study/shared/candidates.json')).toBe(searched);

    // What another state of the search said is not taken for what this one says; nor is a search that is not finished asked.
    const scores = JSON.parse(read('study/shared/scores.json'));
    writeFileSync(inPlace('study/shared/scores.json'), JSON.stringify({ ...scores, of: { ...scores.of, steps: 1 } }));
    expect(await pocketnet(report, at)).toMatchObject({ code: 1, stderr: expect.stringMatching(/checkpoint/) });
    rmSync(inPlace('study/shared/genotype.json'));
    expect(await pocketnet(report, at)).toMatchObject({ code: 1, stderr: expect.stringMatching(/not finished/) });
  });

  it.each([
    [['search', '--out', 'x'], 2, /--config FILE/],
    [['search', '--report', '--out', 'x'], 2, /--against FOLDER --study FILE/],
    [['bench', '--operations', 'pocketnet-xs-64', '--out', 'x.html'], 2, /--out table\.json/],
    [['bench', '--operations', 'mobilefacenet', '--out', 'x.json'], 2, /mobilefacenet has no cells/],
    [['derive'], 2, /--checkpoint FILE or --random SEED/],
    [['derive', '--random', '1', '--checkpoint', 'found'], 2, /--checkpoint FILE or --random SEED/],
    [['draw', 'softmax_casio', '--out', 'x.svg'], 1, /no genotype 'softmax_casio'.*softmax_casia.*random:SEED/],
    [['draw', './nothing.json', '--out', 'x.svg'], 1, /nothing\.json: no genotype could be read/],
  ])('says what is wrong with %j', async (args, expected, message) => {
    const { code, stderr } = await pocketnet(args, at);
    expect(stderr).toMatch(message);
    expect(code).toBe(expected);
    expect(existsSync(inPlace('x-normal.svg'))).toBe(false);
  });
});

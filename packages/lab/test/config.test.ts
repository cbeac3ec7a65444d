import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { loadStudy } from '../src/ablation/study.js';
import { checkConfig, experimentSchema, loadConfig, mergeConfig, saveConfig } from '../src/config/index.js';
import { loadSearch } from '../src/search/schema.js';

const root = mkdtempSync(join(tmpdir(), 'pocketnet-config-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
/** `${name}`, spelled so that it is plain that no JavaScript template is meant. */
const variable = (name: string) => `$\{${name}}`;
const configs = fileURLToPath(new URL('../../../configs', import.meta.url));

/** Writes a file of the temporary folder and returns its path. */
function file(name: string, text: string): string {
  const path = join(root, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

const least = 'network: tiny\ndata: { train: faces }\nbatch: 8\nmaxSteps: 10\nlr: 0.1\n';
const minimal = file('minimal.yaml', least);

describe('every file in configs/', () => {
  const names = readdirSync(configs).filter((name) => name.endsWith('.yaml'));

  test.each(names.filter((name) => !name.startsWith('ablation-')))('%s is valid', (name) => {
    const load = name.startsWith('search-') ? loadSearch : loadConfig;
    const { config } = load(join(configs, name), { env: { POCKETNET_DATA: 'somewhere' } });
    expect(name).toBe(`${config.name}.yaml`);
  });

  test.each(names.filter((name) => name.startsWith('ablation-')))('%s is a study of valid experiments', (name) => {
    vi.stubEnv('POCKETNET_DATA', 'somewhere');
    const { study, trials } = loadStudy(join(configs, name), join(root, 'study'));
    vi.unstubAllEnvs();
    expect(trials).toHaveLength(Object.keys(study.arms).length * study.seeds.length);
  });

  const study = join(configs, 'search-2');
  const env = { POCKETNET_DATA: 'somewhere', CELLS: 'cells' };

  test.each(readdirSync(study))("search-2/%s is valid, and one of the study's", (name) => {
    const path = join(study, name);
    if (/^(study|ranks)/.test(name)) {
      for (const [key, value] of Object.entries(env)) vi.stubEnv(key, value);
      const { study: read, searches, trials } = loadStudy(path, join(root, 'study'));
      vi.unstubAllEnvs();
      expect(trials).toHaveLength(Object.keys(read.arms).length * read.seeds.length);
      for (const { search } of searches) expect(search.config.limits?.latency?.like).toHaveLength(2);
      return;
    }
    const { config } = (name.startsWith('train') ? loadConfig : loadSearch)(path, { env });
    expect(`search-2-${name}`).toBe(`${config.name}.yaml`);
  });

  test('the four networks differ in the network alone', () => {
    const [base, ...others] = ['s-128', 's-256', 'm-128', 'm-256'].map(
      (name) => loadConfig(join(configs, `pocketnet-${name}.yaml`)).config,
    );
    for (const other of others) expect({ ...other, name: base?.name, network: base?.network }).toEqual(base);
  });

  test("pocketnet-s-128 is the paper's recipe", () => {
    const { config } = loadConfig(join(configs, 'pocketnet-s-128.yaml'));
    expect(config).toMatchObject({
      batch: 512,
      epochs: 26,
      lr: 0.1,
      lrScaling: 'linear',
      momentum: 0.9,
      weightDecay: 5e-4,
      decayNormAndSlopes: true,
      clip: 5,
      schedule: { kind: 'step', milestones: [8, 14, 20, 25], gamma: 0.1 },
      head: { kind: 'arcface', scale: 64, margin: 0.5, easyMargin: false },
      precision: 'float32',
      evalEvery: 5686,
    });
    expect(config.data.val.map(({ name, folds }) => [name, folds])).toEqual(
      ['lfw', 'cfp_fp', 'agedb_30', 'calfw', 'cplfw'].map((name) => [name, 10]),
    );
    expect(config.data.augment).toEqual([{ name: 'flip', p: 0.5 }]);
  });
});

describe('an experiment file', () => {
  test('gets every default, among them the step schedule, ArcFace and the flip', () => {
    expect(loadConfig(minimal).config).toEqual({
      network: 'tiny',
      data: {
        train: 'faces',
        unlabelled: [],
        val: [],
        size: 112,
        workers: 1,
        augment: [{ name: 'flip', p: 0.5 }],
        mixup: 0,
        resident: false,
        onBadImage: 'fail',
      },
      batch: 8,
      maxSteps: 10,
      lr: 0.1,
      lrScaling: 'linear',
      momentum: 0.9,
      weightDecay: 5e-4,
      decayNormAndSlopes: true,
      clip: 5,
      schedule: { kind: 'step', milestones: [8, 14, 20, 25], gamma: 0.1 },
      head: { kind: 'arcface', scale: 64, margin: 0.5, easyMargin: false, sharded: false, sampling: 1 },
      ema: 0,
      teacher: null,
      syncBatchNorm: false,
      seed: 0,
      precision: 'float32',
      device: 'cpu',
      evalEvery: 2000,
      evalAtStart: false,
      checkpointEvery: 1000,
      keepEpochs: false,
      logEvery: 50,
    });
  });

  test('resolved and saved, it is read back the same, with variables as they were written', () => {
    const path = file('variables.yaml', `${least}name: a\n`);
    const options = { set: [`data.val=${variable('DATA')}/lfw.bin`, 'schedule.kind=cosine'], env: { DATA: '/faces' } };
    const { config, portable } = loadConfig(path, options);
    expect(config.data.val).toEqual([{ name: 'lfw', pairs: '/faces/lfw.bin', folds: 10, channels: 'rgb' }]);
    expect(portable.data.val[0]?.pairs).toBe(`${variable('DATA')}/lfw.bin`);
    const saved = join(root, 'saved.yaml');
    saveConfig(saved, portable);
    expect(loadConfig(saved, { env: { DATA: '/faces' } })).toEqual({ config, portable });
  });

  test.each([
    ['netwrok: x', /netwrok: unknown key; did you mean "network"\?/],
    ['data: { train: a, worker: 2 }', /data\.worker: unknown key; did you mean "workers"\?/],
    ['data: { train: a, val: [{ pairs: a.bin, fold: 5 }] }', /data\.val\[0\]\.fold: .*did you mean "folds"\?/],
    ['schedule: { kind: step, milstones: [3] }', /schedule\.milstones: .*did you mean "milestones"\?/],
    ['schedule: { kind: sinus }', /schedule\.kind/],
    [
      'head: { kind: arcface, zzzzzzz: 1 }',
      /head\.zzzzzzz: unknown key; known here are kind, scale, sharded, sampling, margin, easyMargin/,
    ],
    ['batch: many', /batch: expected number/],
    ['batch: 1', /batch: .*2/],
    ['lr: -1', /lr: /],
    ['data: { train: a, val: [x/lfw.bin, y/lfw.bin] }', /data\.val\[1\]\.name: a second set is called "lfw"/],
    ['maxSteps:', /maxSteps/],
    [
      `data: { train: "${variable('NOT_THERE_AT_ALL')}/x" }`,
      /data\.train: .* needs the environment variable NOT_THERE_AT_ALL, which/,
    ],
  ])('with "%s" is refused by path', (line, message) => {
    const key = line.slice(0, line.indexOf(':'));
    const text = least.split('\n').filter((other) => !other.startsWith(`${key}:`));
    const path = file('bad.yaml', [...text, line].join('\n'));
    expect(() => loadConfig(path)).toThrow(message);
    expect(() => loadConfig(path)).toThrow(/bad\.yaml: the configuration has/);
  });

  test('all problems are told at once', () => {
    const path = file('many.yaml', `${least}one: 1\ntwo: 2\nclip: no\n`);
    expect(() => loadConfig(path)).toThrow(/clip: .*\n.*one: .*\n.*two: /);
  });

  test('needs epochs or maxSteps', () => {
    expect(() => loadConfig(file('endless.yaml', least.replace('maxSteps: 10\n', '')))).toThrow(
      /one of "epochs" and "maxSteps" is needed/,
    );
  });

  test('that is missing, no YAML, has a key twice or is no mapping is refused by name', () => {
    expect(() => loadConfig(join(root, 'none.yaml'))).toThrow(/none\.yaml: the configuration cannot be read/);
    expect(() => loadConfig(file('broken.yaml', 'a: [1'))).toThrow(/broken\.yaml: is not YAML: .*line/);
    expect(() => loadConfig(file('twice.yaml', 'lr: 1\nlr: 2'))).toThrow(/unique/);
    expect(() => loadConfig(file('list.yaml', '- 1'))).toThrow(/is not a mapping/);
  });
});

describe('extends', () => {
  test('lays a file over another, by the path from the file itself', () => {
    file('bases/base.yaml', `${least}schedule: { kind: step, gamma: 0.5, milestones: [3] }\n`);
    file('bases/middle.yaml', 'extends: base.yaml\nschedule: { milestones: [4, 5] }\n');
    const path = file('over/top.yaml', 'extends: ../bases/middle.yaml\nlr: 0.2\n');
    const { config } = loadConfig(path);
    expect(config.lr).toBe(0.2);
    expect(config.schedule).toEqual({ kind: 'step', gamma: 0.5, milestones: [4, 5] });
  });

  test('in a circle is refused, and the circle is shown', () => {
    file('a.yaml', 'extends: b.yaml');
    file('b.yaml', 'extends: a.yaml');
    expect(() => loadConfig(join(root, 'a.yaml'))).toThrow(
      /"extends" goes in a circle: .*a\.yaml -> .*b\.yaml -> .*a\.yaml/,
    );
  });
});

describe('--set', () => {
  const set = (...texts: string[]) => loadConfig(minimal, { set: texts }).config;

  test('takes YAML values at any depth, later ones win', () => {
    const config = set(
      'lr=1',
      'lr=0.25',
      'data.size=96',
      'schedule.kind=step',
      'schedule.milestones=[1, 2]',
      'name=a=b',
    );
    expect(config).toMatchObject({ lr: 0.25, data: { size: 96 }, schedule: { milestones: [1, 2] }, name: 'a=b' });
  });

  test('changes one element of a list', () => {
    const config = loadConfig(join(configs, 'faces-dev-s-128.yaml'), {
      set: ['data.val.0.folds=3', 'data.val.1=other.bin'],
      env: { POCKETNET_DATA: 'd' },
    }).config;
    expect(config.data.val.map(({ name, folds }) => [name, folds])).toEqual([
      ['lfw_dev', 3],
      ['other', 10],
    ]);
  });

  test('of another kind replaces the keys of the old kind, in any order', () => {
    const options = ['schedule.kind=constant'];
    expect(loadConfig(join(configs, 'pocketnet-s-128.yaml'), { set: options }).config.schedule).toEqual({
      kind: 'constant',
    });
    const cosine = { kind: 'cosine', warmupSteps: 9, minLr: 0 };
    expect(
      loadConfig(join(configs, 'pocketnet-s-128.yaml'), { set: ['schedule.warmupSteps=9', 'schedule.kind=cosine'] })
        .config.schedule,
    ).toEqual(cosine);
  });

  test.each(['lr', '=1', 'a..b=1', ' lr=1'])('"%s" is refused', (text) => {
    expect(() => set(text)).toThrow(/--set .*is not of the form key=value/);
  });

  test('an unknown key, __proto__ among them, is refused like one in a file', () => {
    expect(() => set('data.sizes=3')).toThrow(/data\.sizes: unknown key; did you mean "size"\?/);
    expect(() => set('__proto__.x=3')).toThrow(/unknown key/);
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });
});

describe('the schema', () => {
  test('describes every key', () => {
    const bare: string[] = [];
    const visit = (
      node: { properties?: object; anyOf?: object[]; oneOf?: object[]; items?: object },
      path: string,
    ): void => {
      for (const [key, inner] of Object.entries(node.properties ?? {})) {
        if (!inner.description) bare.push(`${path}.${key}`);
        visit(inner, `${path}.${key}`);
      }
      for (const inner of [...(node.anyOf ?? []), ...(node.oneOf ?? []), ...(node.items ? [node.items] : [])])
        visit(inner, path);
    };
    const json = z.toJSONSchema(experimentSchema(), { io: 'output' });
    visit(json as object, '');
    expect(Object.keys((json as { properties: object }).properties).length).toBeGreaterThan(20);
    expect(bare).toEqual([]);
  });

  test('an object is checked like a file', () => {
    expect(() => checkConfig({ network: 'x' }, 'the demo')).toThrow(/^the demo: the configuration has problems:/);
  });

  test('merging over nothing, or nothing over it, changes nothing', () => {
    const value = { a: 1, b: { kind: 'x', c: [1, 2] } };
    expect(mergeConfig({}, value)).toEqual(value);
    expect(mergeConfig(value, {})).toEqual(value);
    expect(mergeConfig(value, value)).toEqual(value);
  });
});

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Optimized } from '@pocketnet/lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { json, pocketnet, watchEngine, workplace, writeTinyConfig } from './pocketnet.js';

/** From nothing to a verdict, each step through the command, each with --json. */
describe('a network from generated faces to a verdict', () => {
  const place = workplace();
  const at = { cwd: place.path };
  beforeAll(async () => {
    await json(['data', 'generate', '--out', 'pairs.bin', '--pairs', '60', '--identities', '10', '--size', '32'], at);
    writeTinyConfig(place.path);
    await json(['train', '--config', 'tiny.yaml', '--out', 'run'], at);
    await json(['export', '--weights', 'run/last.safetensors', '--network', 'PocketNet_XS-64', '--out', 'm.onnx'], at);
  });
  afterAll(() => place.remove());

  const onPairs = ['--pairs', 'pairs.bin', '--folds', '5'];

  it('leaves a run folder that holds what it should', async () => {
    const names = readdirSync(join(place.path, 'run'));
    for (const name of ['config.yaml', 'last.safetensors', 'best.safetensors', 'metrics.jsonl', 'training.log'])
      expect(names).toContain(name);
    expect(names.some((name) => name.startsWith('events.out.tfevents'))).toBe(true);
  });

  it('starts no second run over the first, and trains nothing when a finished run is resumed', async () => {
    const again = await pocketnet(['train', '--config', 'tiny.yaml', '--out', 'run'], at);
    expect(again.code).toBe(1);
    expect(again.stderr).toContain('--resume');
    expect(await json(['train', '--config', 'tiny.yaml', '--out', 'run', '--resume'], at)).toMatchObject({ steps: 40 });
  });

  it('gives weights and their ONNX the same accuracy', async () => {
    const weights = await json(['evaluate', 'run/last.safetensors', ...onPairs], at);
    const onnx = await json(['evaluate', 'm.onnx', ...onPairs], at);
    expect(weights).toMatchObject({ pairs: 60, folds: 5 });
    for (const key of ['accuracy', 'accuracyStd', 'tarAtFar1e-3']) {
      expect(weights[key]).toBeGreaterThanOrEqual(0);
      expect(weights[key]).toBeLessThanOrEqual(1);
      expect(Math.abs(Number(weights[key]) - Number(onnx[key]))).toBeLessThanOrEqual(1e-3);
    }
  });

  it('exports a graph that is faster here and verifies the same', async () => {
    const exported = await json(
      ['export', '--weights', 'run/last.safetensors', '--out', 'fast.onnx', '--optimize', 'auto'],
      at,
    );
    const { recipe, timings, nodes } = exported.optimized as Optimized;
    expect(timings[0]?.recipe).toBe(recipe);
    expect(nodes.after).toBe(exported.nodes);
    const [plain, fast] = [
      await json(['evaluate', 'm.onnx', ...onPairs], at),
      await json(['evaluate', 'fast.onnx', ...onPairs], at),
    ];
    expect(Number(fast.accuracy)).toBeCloseTo(Number(plain.accuracy), 6);
  });

  it('writes eight bits, and nothing at all where it cannot', async () => {
    const command = ['export', '--weights', 'run/last.safetensors', '--out'];
    const { bytes, cosine } = await json(
      [...command, 'int8.onnx', '--int8', 'generated:identities=4,images=8,size=32'],
      at,
    );
    expect(Number(cosine)).toBeGreaterThan(0.98);
    expect(readFileSync(join(place.path, 'int8.onnx')).length).toBe(bytes);
    const failed = await pocketnet([...command, 'none.onnx', '--int8', 'no-such-faces'], at);
    expect({ code: failed.code, written: existsSync(join(place.path, 'none.onnx')) }).toEqual({
      code: 1,
      written: false,
    });
    const both = await pocketnet([...command, 'none.onnx', '--int8', 'x', '--optimize', 'auto'], at);
    expect(both).toMatchObject({ code: 2, stderr: expect.stringContaining('Leave --optimize out') });
  });

  it.each(['float16', 'int8'])(
    'stores the weights of a rewritten graph as %s, which it has compared on faces',
    async (store) => {
      const faces = 'generated:identities=4,images=4,size=32';
      const command = ['export', '--weights', 'run/last.safetensors', '--out', 'stored.onnx', '--store', store];
      const small = await json([...command, '--optimize', 'conv+apart', '--check', faces], at);
      expect(small).toMatchObject({ store, optimized: { checked: 16 } });
      expect(readFileSync(join(place.path, 'stored.onnx')).length).toBe(small.bytes);
      const [plain, stored] = [
        await json(['evaluate', 'm.onnx', ...onPairs], at),
        await json(['evaluate', 'stored.onnx', ...onPairs], at),
      ];
      expect(Math.abs(Number(stored.accuracy) - Number(plain.accuracy))).toBeLessThanOrEqual(0.02);
      const unused = await pocketnet([...command, '--check', faces], at);
      expect(unused).toMatchObject({ code: 2, stderr: expect.stringContaining('needs --optimize') });
    },
  );

  it('times models in every runtime, without libtorch, and draws a page', async () => {
    const { code, stdout, stderr } = await pocketnet(
      ['bench', 'm.onnx', '--threads', '1', '--rounds', '1', '--out', 'bench.html', '--json'],
      { ...at, node: ['--import', watchEngine] },
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('engine:false') });
    const { results } = JSON.parse(stdout) as { results: { runtime: string; p50: number }[] };
    expect(results.map(({ runtime }) => runtime)).toEqual(expect.arrayContaining(['native', 'wasm']));
    expect(results.every(({ p50 }) => p50 > 0)).toBe(true);
    expect(readFileSync(join(place.path, 'bench.html'), 'utf8')).toContain('Milliseconds of one image');
    const wrong = await pocketnet(['bench', 'm.onnx', '--runtimes', 'webgl'], at);
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('native, wasm') });
  });

  it('evaluates ONNX without libtorch', async () => {
    const { code, stderr } = await pocketnet(['evaluate', 'm.onnx', ...onPairs], {
      ...at,
      node: ['--import', watchEngine],
    });
    expect(code).toBe(0);
    expect(stderr).toContain('engine:false');
  });

  it('tables every checkpoint of a run, and leaves out what only a resumed run needs', async () => {
    const { models } = (await json(['evaluate', 'run', ...onPairs], at)) as { models: { model: string }[] };
    expect(models.map(({ model }) => model)).toEqual([
      join('run', 'best.safetensors'),
      join('run', 'last.safetensors'),
    ]);
  });

  it('refuses folds of one class and names --folds', async () => {
    const { code, stderr } = await pocketnet(['evaluate', 'm.onnx', '--pairs', 'pairs.bin', '--folds', '60'], at);
    expect(code).toBe(1);
    expect(stderr).toContain('--folds');
  });
});

describe('--json', () => {
  const place = workplace();
  const at = { cwd: place.path };
  afterAll(() => place.remove());

  it('of every data verb is one object, and messages go to stderr', async () => {
    expect(
      await json(['data', 'generate', '--out', 'faces', '--identities', '3', '--images', '2', '--size', '32'], at),
    ).toMatchObject({ images: 6 });
    expect(await json(['data', 'pack', 'faces', '--out', 'packed'], at)).toMatchObject({
      images: 6,
      identities: 3,
      width: 32,
    });
    expect(await json(['data', 'inspect', 'packed', '--deep'], at)).toMatchObject({
      kind: 'recordio',
      images: 6,
      problems: [],
    });
    expect(
      await json(['data', 'generate', '--out', 'train.rec', '--identities', '3', '--images', '2', '--size', '32'], at),
    ).toMatchObject({ images: 6 });
    writeFileSync(join(place.path, 'list.txt'), 'person_0/0.jpg person_0/1.jpg 1\nperson_0/0.jpg person_1/0.jpg 0\n');
    expect(await json(['data', 'pairs', 'faces', 'list.txt', '--out', 'x.bin'], at)).toMatchObject({
      pairs: 2,
      same: 1,
      images: 3,
    });
    expect(await json(['data', 'inspect', 'x.bin'], at)).toMatchObject({ kind: 'pairs', images: 4 });
  });

  it('of networks holds the counts of the paper', async () => {
    const { networks } = (await json(['networks'])) as {
      networks: { name: string; parameters: number; flops: number }[];
    };
    expect(networks.find(({ name }) => name === 'pocketnet-s-128')).toMatchObject({ parameters: 925_632 });
    expect(networks.find(({ name }) => name === 'pocketnet-m-256')).toMatchObject({ parameters: 1_752_448 });
  });

  it('of doctor says what the engine is, and what a set variable lacks', async () => {
    const healthy = await json(['doctor'], { env: { POCKETNET_DATA: undefined } });
    expect(healthy).toMatchObject({
      ok: true,
      engine: { state: 'ok' },
      device: { state: 'ok' },
      POCKETNET_DATA: { state: 'optional' },
    });
    const wrong = await json(['doctor'], { env: { POCKETNET_DATA: place.path } });
    expect(wrong).toMatchObject({ ok: false, POCKETNET_DATA: { state: 'missing' } });
  });
});

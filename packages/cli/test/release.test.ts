import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readPairs } from '@pocketnet/data';
import { cardSchema, type ReleaseCard, readCard, usualThreshold } from '@pocketnet/lab';
import { decodeModel, encodeModel, modelMetadata } from '@pocketnet/onnx';
import { readCalibration } from 'pocketnet';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { cardOf, licenceLine, usualReleased } from '../dist/released.js';
import { json, pocketnet, workplace } from './pocketnet.js';

const place = workplace();
const at = { cwd: place.path };
const file = (name: string): string => join(place.path, name);
const released = 'models/pocketnet-xs-64';
const cardIn = (path: string): ReleaseCard =>
  cardSchema.parse(JSON.parse(modelMetadata(readFileSync(path), path).card ?? ''));

const description = {
  about: {
    title: 'Tiny',
    summary: 'A network for a test.',
    licence: 'for nothing but this test',
    data: [{ name: 'drawn faces', what: 'of 8 people', terms: 'none' }],
    teachers: ['nobody'],
    recipe: ['four steps'],
    fails: ['everywhere'],
    use: ['this test'],
    misuse: ['anything else'],
  },
  sets: [{ name: 'drawn', pairs: 'pairs.bin', folds: 5, role: 'measured only' }],
  calibration: 'generated:identities=100,images=3,size=32,seed=9',
  conditions: { pairs: 'few.bin', folds: 2 },
  groups: { faces: 'strangers', naming: 'utkface' },
  optimize: 'conv+apart',
  plan: { faces: 'generated:identities=4,images=8,size=32', crops: 16 },
  int8: { faces: 'generated:identities=4,images=8,size=32', images: 16 },
};

describe('A release', () => {
  afterAll(() => place.remove());
  beforeAll(async () => {
    await json(['data', 'generate', '--out', 'pairs.bin', '--pairs', '60', '--identities', '10', '--size', '32'], at);
    await json(['data', 'generate', '--out', 'few.bin', '--pairs', '8', '--identities', '4', '--size', '32'], at);
    for (const [i, image] of readPairs(file('pairs.bin')).images.entries()) {
      mkdirSync(file(`strangers/${i}`), { recursive: true });
      writeFileSync(file(`strangers/${i}/${20 + (i % 40)}_${i % 2}_${i % 4}_2017.jpg`), image);
    }
    writeFileSync(
      file('tiny.yaml'),
      JSON.stringify({
        network: 'pocketnet-xs-64',
        data: { train: 'generated:identities=8,images=8,size=32', size: 32, workers: 0 },
        batch: 8,
        maxSteps: 4,
        lr: 0.1,
        lrScaling: 'none',
        schedule: { kind: 'constant' },
      }),
    );
    writeFileSync(file('description.yaml'), JSON.stringify(description));
    await json(['train', '--config', 'tiny.yaml', '--out', 'run'], at);
  }, 300_000);

  it('is five small files that were measured, and a card that says so, in them too', async () => {
    const out = released;
    const { card } = await json(
      ['release', 'run/last.safetensors', '--description', 'description.yaml', '--out', out],
      at,
    );
    const { accuracy, files, differences, conditions, groups, speed, calibrations } = cardSchema.parse(card);
    const models = files.map(({ name }) => name).filter((name) => !name.endsWith('.safetensors'));
    const computed = [...models, ...['int16', 'int8', 'int7'].map((each) => `pocketnet-xs-64.pnet in ${each}`)];
    expect(accuracy.map((row) => row.file)).toEqual(computed);
    for (const row of accuracy) expect(row).toMatchObject({ pairs: 60, tarAtFar1e2: null, tarAtFar1e3: null }); // too few to tell
    expect(differences.map((each) => each.file)).toEqual(computed.slice(1));
    expect(speed.rows.map(({ runtime }) => runtime)).toEqual(['native', 'wasm', 'native', 'wasm', 'native', 'wasm']);
    expect(conditions?.pairs).toBe('few.bin');
    expect(conditions?.rows.filter(({ fnmr, fmr }) => fnmr === null || fmr === null)).toEqual([]);
    expect(groups?.threshold).toBe(usualThreshold({ file: files[0]?.name ?? '', calibrations }));
    const ofGrouping = (name: string) => groups?.rows.filter(({ grouping }) => grouping === name) ?? [];
    expect(ofGrouping('gender').map(({ name, faces, pairs }) => [name, faces, pairs])).toEqual([
      ['female', 60, 1770],
      ['male', 60, 1770],
    ]);
    expect(ofGrouping('group').map(({ faces }) => faces)).toEqual([30, 30, 30, 30]);
    const sizes = files.map(({ name }) => statSync(file(`${out}/${name}`)).size);
    const whole = statSync(file('run/last.safetensors')).size;
    expect(sizes[4]).toBeLessThan(0.8 * whole); // the kernels are half; of so small a network the ONNX files are mostly nodes
    expect(sizes[1]).toBeLessThan(sizes[0] ?? 0);

    const markdown = readFileSync(file(`${out}/card.md`), 'utf8');
    for (const text of [
      '# Tiny',
      'for nothing but this test',
      'everywhere',
      '| turned by 60 degrees',
      '| gender: female | 60 | 1,770 |',
      sizes[0]?.toLocaleString('en-US') ?? '',
    ])
      expect(markdown).toContain(text);
    for (const name of models) expect(cardIn(file(`${out}/${name}`))).toEqual({ ...(card as object), file: name });
    expect(readdirSync(file(out)).sort()).toEqual([...files.map(({ name }) => name), 'card.md'].sort());

    // Every file has thresholds of its own, a plan in each arithmetic, since rounding moves scores.
    expect(calibrations.map((each) => each.file)).toEqual(computed);
    const plan = file(`${out}/pocketnet-xs-64.pnet`);
    expect(modelMetadata(readFileSync(plan), plan)).toMatchObject({
      calibration: expect.any(String),
      calibration_int8: expect.any(String),
    });
    for (const arithmetic of ['float', 'int8'] as const) // a plan also says within which group strangers match most often
      expect(readCalibration(modelMetadata(readFileSync(plan), plan), arithmetic)?.worstGroup?.naming).toBe('utkface');
    const own = models.map((name) => usualThreshold(cardSchema.parse({ ...(card as object), file: name })));
    expect(new Set(own).size).toBe(models.length);
  }, 300_000);

  it('is what the demo uses, at its own threshold, and its licence is told', async () => {
    vi.stubEnv('POCKETNET_MODELS', file('models'));
    const model = file('models/pocketnet-xs-64/pocketnet-xs-64.pnet');
    const found = await usualReleased();
    expect(found?.path).toBe(model);
    expect(found && licenceLine(found)).toBe('Tiny: for nothing but this test');
    expect(found?.threshold).toBeCloseTo(usualThreshold(cardIn(model)) ?? Number.NaN, 2); // by the curve in it, read between its points
    const int8 = file('models/pocketnet-xs-64/pocketnet-xs-64-int8.onnx');
    const card = await cardOf(int8);
    expect(card && usualThreshold(card)).toBe(usualThreshold(cardIn(int8)));
    mkdirSync(file('empty'));
    vi.stubEnv('POCKETNET_MODELS', file('empty'));
    expect(await usualReleased()).toBeUndefined();
    vi.unstubAllEnvs();
  });

  it('with a card of the older format, whose thresholds are of one file, is calibrated in that file alone', async () => {
    const [float, int8] = ['', '-int8'].map((end) => file(`models/pocketnet-xs-64/pocketnet-xs-64${end}.onnx`)) as [
      string,
      string,
    ];
    const { calibrations, file: _, ...rest } = cardIn(float);
    const [{ file: __, ...calibration } = { file: '' }] = calibrations;
    const old = JSON.stringify({ ...rest, format: 'pocketnet-card/2', calibration });
    expect(usualThreshold(readCard(old, basename(float)) as ReleaseCard)).toBe(usualThreshold(cardIn(float)));
    mkdirSync(file('old'));
    const { graph, metadata, ...header } = decodeModel(readFileSync(int8), int8);
    const stamped = file(`old/${basename(int8)}`);
    writeFileSync(stamped, encodeModel(graph, { ...header, metadata: { ...metadata, card: old } }));
    const own = await cardOf(stamped);
    expect(own && usualThreshold(own)).toBeUndefined();
    expect(own && usualThreshold({ ...own, file: basename(float) })).toBe(usualThreshold(cardIn(float)));
  });

  it('is not put beside a file of an older one that it does not replace', async () => {
    writeFileSync(file('no-int8.yaml'), JSON.stringify({ ...description, int8: null }));
    const command = ['release', 'run/last.safetensors', '--description', 'no-int8.yaml', '--out', released];
    const before = readFileSync(file(`${released}/card.md`), 'utf8');
    const { code, stderr } = await pocketnet(command, at);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/pocketnet-xs-64-int8\.onnx is of another release/),
    });
    expect(readFileSync(file(`${released}/card.md`), 'utf8')).toBe(before);
  });

  it('names the key of a description that is wrong', async () => {
    writeFileSync(file('wrong.yaml'), JSON.stringify({ ...description, sets: [], colour: 'blue' }));
    const command = ['release', 'run/last.safetensors', '--description', 'wrong.yaml', '--out', 'none'];
    const { code, stderr } = await pocketnet(command, at);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/wrong\.yaml.*colour/s) });
    writeFileSync(file('wrong.yaml'), JSON.stringify({ ...description, calibration: null }));
    const second = await pocketnet(command, at);
    expect(second).toMatchObject({ code: 1, stderr: expect.stringMatching(/groups.*"calibration"/s) });
  });
});

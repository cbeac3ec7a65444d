import { copyFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readPlanMetadata } from '@pocketnet/engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { json, pocketnet, watchEngine, workplace } from './pocketnet.js';

const released = fileURLToPath(new URL('../../../models/pocketnet-s-128/pocketnet-s-128.pnet', import.meta.url));
const place = workplace();
const at = { cwd: place.path };
const read = (name: string): string => readFileSync(join(place.path, name), 'utf8');
afterAll(() => place.remove());

/** A `.npy` of float32, as numpy.save writes it. */
function writeNpy(name: string, rows: number, cols: number, value: (row: number, col: number) => number): void {
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, ${cols}), }`;
  const header = Buffer.from(`${text.padEnd(117)}\n`);
  const data = Float32Array.from({ length: rows * cols }, (_, i) => value(Math.floor(i / cols), i % cols));
  const head = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length, 0]);
  writeFileSync(join(place.path, name), Buffer.concat([head, header, Buffer.from(data.buffer)]));
}

beforeAll(async () => {
  await json(['data', 'generate', '--out', 'lfw.bin', '--pairs', '60', '--identities', '10', '--size', '32'], at);
  // Embeddings that tell all pairs apart but one in nine; `data generate` alternates what the test need not know.
  const seen = (row: number, col: number) => Math.sin(12.9 * (row >> 1) + col) + 0.5 * Math.sin(7.7 * row * (col + 2));
  writeNpy('seen.npy', 120, 16, seen);
  writeNpy('mirrored.npy', 120, 16, (row, col) => seen(row, col) + 0.1 * Math.sin(row + 3 * col));
});

describe('evaluate --suite', () => {
  it('writes a report that stands alone, and its JSON, without libtorch', async () => {
    const { code, stderr, stdout } = await pocketnet(
      ['evaluate', 'seen.npy', '--mirrored', 'mirrored.npy', '--suite', 'quick', '--data', '.', '--out', 'report'],
      { ...at, node: ['--import', watchEngine] },
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('engine:false') });
    expect(stdout).toMatch(/LFW +accuracy +\d/);
    const page = read('report/report.html');
    expect(page).not.toMatch(/<script|https?:/);
    expect(page).toContain('data:image/jpeg');
    const report = JSON.parse(read('report/report.json')) as { benchmarks: { name: string }[]; notFound: string[] };
    expect(report.benchmarks.map(({ name }) => name)).toEqual(['lfw']);
    expect(report.notFound).toContain('CALFW');
  });

  it('with --no-pictures shows no face', async () => {
    await json(['evaluate', 'seen.npy', '--suite', 'quick', '--data', '.', '--out', 'bare', '--no-pictures'], at);
    expect(read('bare/report.html')).not.toContain('data:image/jpeg');
  });

  it('agrees with the simple form on the same pairs', async () => {
    const simple = await json(['evaluate', 'seen.npy', '--pairs', 'lfw.bin'], at);
    const older = await pocketnet(['evaluate', '--model', 'seen.npy', '--pairs', 'lfw.bin', '--json'], at);
    expect({ ...older, stdout: JSON.parse(older.stdout) }).toEqual({
      ...{ code: 0, stdout: simple },
      stderr: expect.stringContaining('pocketnet evaluate MODEL'),
    });
    const { benchmarks } = JSON.parse(read('bare/report.json')) as { benchmarks: { metrics: { value: number }[] }[] };
    expect(simple.accuracy).toBe(benchmarks[0]?.metrics[0]?.value);
    expect(simple).toMatchObject({ pairs: 60, folds: 10, problems: [] });
  });

  it('says which data it looked for in vain', async () => {
    const { code, stderr } = await pocketnet(
      ['evaluate', 'seen.npy', '--suite', 'quick', '--data', 'report', '--out', 'x'],
      at,
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(/holds none of the suite.*lfw\.bin/);
  });

  it.each([
    ['no model', ['--suite', 'quick', '--data', '.', '--out', 'x'], /Name the model/],
    ['nothing to measure on', ['seen.npy'], /--pairs FILE\.bin .*or --suite/],
    ['a suite without data', ['seen.npy', '--suite', 'quick', '--out', 'x'], /--data FOLDER/],
    ['pairs and a suite', ['seen.npy', '--suite', 'quick', '--pairs', 'lfw.bin'], /one of them/],
    ['pairs with an output folder', ['seen.npy', '--pairs', 'lfw.bin', '--out', 'x'], /options of --suite/],
    ['two models', ['seen.npy', '--model', 'other.npy', '--pairs', 'lfw.bin'], /Two models/],
  ])('ends with 2 for %s', async (_, args, message) => {
    const { code, stderr } = await pocketnet(['evaluate', ...args], at);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });
});

describe('compare', () => {
  it('puts reports side by side with the published networks; two of one name are told apart', async () => {
    const { models } = await json(['compare', 'report/report.json', 'bare/report.json', '--out', 'both.html'], at);
    expect((models as { model: string }[]).map(({ model }) => model)).toEqual(['seen', 'seen (2)']);
    const page = read('both.html');
    for (const words of ['PocketNetS-128', '[P] [E]', 'seen (2)', '2 models compared']) expect(page).toContain(words);
  });

  it('refuses other JSON by its name', async () => {
    writeFileSync(join(place.path, 'other.json'), '{"format":"x"}');
    const { code, stderr } = await pocketnet(['compare', 'other.json', '--out', 'no.html'], at);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/other\.json is not a report/) });
    expect(existsSync(join(place.path, 'no.html'))).toBe(false);
  });
});

describe('calibrate', () => {
  beforeAll(() => {
    writeNpy(
      'people.npy',
      120,
      16,
      (row, col) => Math.sin(12.9 * Math.floor(row / 3) + col) + 0.6 * Math.sin(7.7 * row * (col + 2)),
    );
  });

  it('prints a card, and writes it with a page and JSON', async () => {
    const data = 'generated:identities=40,images=3,size=16';
    const { code, stdout } = await pocketnet(['calibrate', 'people.npy', '--data', data, '--out', 'card'], at);
    expect(code).toBe(0);
    expect(stdout.trimEnd()).toBe(read('card/card.md').trimEnd());
    expect(stdout).toMatch(/\| 0\.01 \| -?0\.\d{4} \|/);
    expect(stdout).toMatch(/\| 1e-6 \| not enough pairs to say \| needs 30,000,000 \|/);
    expect(read('card/calibration.html')).toContain('For galleries');
    const { calibration } = JSON.parse(read('card/calibration.json')) as { calibration: { impostorPairs: number } };
    expect(calibration.impostorPairs).toBe((120 * 119) / 2 - 40 * 3);
  });

  it('writes what cosines mean into a plan', async () => {
    copyFileSync(released, join(place.path, 'own.pnet'));
    const data = 'generated:identities=40,images=3,size=16';
    const { files } = await json(['calibrate', 'people.npy', '--data', data, '--no-flip', '--into', 'own.pnet'], at);
    expect(files).toEqual({ plan: 'own.pnet' });
    const { calibration = '' } = readPlanMetadata(readFileSync(join(place.path, 'own.pnet'))).model;
    expect(JSON.parse(calibration)).toMatchObject({ data: expect.stringMatching(/generated/), impostorPairs: 7020 });
    const refused = await pocketnet(['calibrate', 'people.npy', '--data', data, '--into', 'own.onnx'], at);
    expect(refused.code).toBe(2);
  });

  it('knows the groups that it can read', async () => {
    const { code, stderr } = await pocketnet(['calibrate', 'people.npy', '--data', 'x', '--groups', 'zodiac'], at);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(/utkface, not zodiac|utkface/) });
  });
});

describe('data set-aside', () => {
  it('draws people into a list by which a location leaves them out', async () => {
    await json(['data', 'generate', '--out', 'train.rec', '--identities', '10', '--images', '2', '--size', '32'], at);
    const drawn = await json(
      ['data', 'set-aside', 'train.rec', '--fraction', '0.3', '--seed', '5', '--out', 'aside.txt'],
      at,
    );
    expect(drawn).toMatchObject({ people: 3, images: 6, ofImages: 20 });
    const again = read('aside.txt');
    renameSync(join(place.path, 'aside.txt'), join(place.path, 'first.txt'));
    await json(['data', 'set-aside', 'train.rec', '--fraction', '0.3', '--seed', '5', '--out', 'aside.txt'], at);
    expect(read('aside.txt')).toBe(again);
    expect(await json(['data', 'inspect', 'train.rec?without=aside.txt'], at)).toMatchObject({
      images: 14,
      identities: 7,
    });
    expect(await json(['data', 'inspect', 'train.rec?only=aside.txt'], at)).toMatchObject({ images: 6, identities: 3 });
  });
});

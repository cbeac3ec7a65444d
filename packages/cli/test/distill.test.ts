import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { json, pocketnet, workplace, writeTinyConfig } from './pocketnet.js';

const place = workplace();
const at = { cwd: place.path };
const inPlace = (...parts: string[]): string => join(place.path, ...parts);
const few = ['--set', 'maxSteps=2', '--set', 'evalEvery=1'];
beforeAll(async () => {
  await json(['data', 'generate', '--out', 'pairs.bin', '--pairs', '10', '--identities', '5', '--size', '32'], at);
  writeTinyConfig(place.path);
});
afterAll(() => place.remove());

test('distill without a teacher is wrong usage and says where to name one', async () => {
  const { code, stderr } = await pocketnet(['distill', '--config', 'tiny.yaml', '--out', 'none'], at);
  expect(code).toBe(2);
  expect(stderr).toMatch(/tiny\.yaml names no teacher\. Give --teacher/);
});

test('distill learns from weights, from the stages of a run, and from an ONNX file', async () => {
  const teacher = ['train', '--config', 'tiny.yaml', ...few, '--set', 'keepEpochs=true', '--set', 'maxSteps=8'];
  await json([...teacher, '--out', 'teacher'], at);
  await json(['export', '--weights', 'teacher/last.safetensors', '--out', 'teacher.onnx'], at);
  for (const from of ['teacher/last.safetensors', 'teacher', 'teacher.onnx']) {
    const out = `from-${from.replace(/\W/g, '-')}`;
    await json(['distill', '--config', 'tiny.yaml', ...few, '--teacher', from, '--out', out], at);
    const metrics = readFileSync(inPlace(out, 'metrics.jsonl'), 'utf8');
    expect(metrics).toContain('"loss.teacher":');
  }
});

test('ablate trains every arm with every seed, prints a table, goes on where it stopped, and does nothing twice', async () => {
  writeFileSync(inPlace('first.yaml'), 'extends: tiny.yaml\nmaxSteps: 2\n');
  writeFileSync(
    inPlace('study.yaml'),
    [
      'name: two rates',
      'config: tiny.yaml',
      'first: [{ name: teacher, config: first.yaml }]',
      'arms:',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the study replaces it
      '  slow: { lr: 0.01, teacher: { models: "${STUDY}/teacher/last.safetensors", cache: embeddings } }',
      '  fast: { lr: 0.1 }',
      'seeds: [1, 2]',
    ].join('\n'),
  );
  const command = ['ablate', '--config', 'study.yaml', '--out', 'study', ...few];
  const { summaries } = await json([...command, '--jobs', '2'], at);
  expect(summaries).toMatchObject([
    { arm: 'slow', seeds: [1, 2], last: { values: [expect.any(Number), expect.any(Number)] } },
    { arm: 'fast', seeds: [1, 2], gain: { mean: expect.any(Number) } },
  ]);
  expect(readFileSync(inPlace('study/table.md'), 'utf8')).toMatch(
    /^\| arm \| seeds .*\n\| --- .*\n\| slow \| 2 \|.*\n\| fast /,
  );
  expect(readFileSync(inPlace('study/accuracy.svg'), 'utf8')).toContain('two rates');

  const before = statSync(inPlace('study/slow/seed-1/result.json')).mtimeMs;
  const again = await json(command, at);
  expect(again.summaries).toEqual(summaries);
  expect(statSync(inPlace('study/slow/seed-1/result.json')).mtimeMs).toBe(before);

  // The same folder, but another recipe and one arm more: the finished arms are not of it.
  const table = readFileSync(inPlace('study/table.md'), 'utf8');
  writeFileSync(
    inPlace('study.yaml'),
    readFileSync(inPlace('study.yaml'), 'utf8').replace('seeds:', '  new: { lr: 0.05 }\nseeds:'),
  );
  const { code, stderr } = await pocketnet([...command, '--set', 'batch=4'], at);
  expect(code).toBe(1);
  expect(stderr).toMatch(/study holds trials of another configuration[\s\S]*slow\/seed-1: batch was 8 and is 4/);
  expect(readFileSync(inPlace('study/table.md'), 'utf8')).toBe(table);
  expect(existsSync(inPlace('study/new'))).toBe(false);
});

test('ablate names the arm that failed and the reason, and trains the others', async () => {
  writeFileSync(
    inPlace('bad.yaml'),
    'name: bad\nconfig: tiny.yaml\narms: { bad: { data: { train: nowhere } }, good: {} }\nseeds: [1]\n',
  );
  const { code, stderr } = await pocketnet(['ablate', '--config', 'bad.yaml', '--out', 'bad', ...few], at);
  expect(code).toBe(1);
  expect(stderr).toMatch(/bad\/seed-1 failed: .*nowhere/);
  expect(readFileSync(inPlace('bad/table.md'), 'utf8')).toMatch(/\| good \|/);
});

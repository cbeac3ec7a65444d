import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { command } from '@pocketnet/golden';
import { afterAll, describe, expect, test } from 'vitest';

const root = mkdtempSync(join(tmpdir(), 'pocketnet-golden-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const program = fileURLToPath(new URL('../dist/main.js', import.meta.url));

const small = { name: 'S-128', genotype_key: 'softmax_casia', C: 16, n_layers: 18, emb: 128, params: 925_632 };

/** Writes a folder of fixtures and runs the command on it. */
function golden(name: string, files: Record<string, unknown>, ...options: string[]) {
  const folder = join(root, name);
  mkdirSync(folder);
  for (const [file, content] of Object.entries(files)) {
    writeFileSync(join(folder, file), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return run([folder, ...options]);
}

function run(args: readonly string[]) {
  const lines = { log: [] as string[], error: [] as string[] };
  const status = command(args, { log: (line) => lines.log.push(line), error: (line) => lines.error.push(line) });
  return { status, stdout: lines.log.join('\n'), stderr: lines.error.join('\n'), last: lines.log.at(-1) };
}

const countsIndex = { fixtures: [{ kind: 'counts', name: 'counts', description: 'counts.json', files: [] }] };

describe('npm run golden', () => {
  test('closes with the number of checks that passed and exits with 0', () => {
    const ran = golden('right', { 'index.json': countsIndex, 'counts.json': { models: [small] } });
    expect(ran).toMatchObject({ status: 0, last: '1 passed, 0 failed' });
  });

  test('exits with 1 when one number is wrong, and says how wrong', () => {
    const models = [small, { ...small, name: 'wrong', params: 925_633 }];
    const ran = golden('wrong', { 'index.json': countsIndex, 'counts.json': { models } });
    expect(ran).toMatchObject({ status: 1, last: '1 passed, 1 failed' });
    expect(ran.stdout).toMatch(/FAIL {2}wrong: params +1 of 0/);
  });

  test('computes on the device that is named, and says at once where there is no such one', () => {
    const files = { 'index.json': countsIndex, 'counts.json': { models: [small] } };
    expect(golden('here', files, '--device', 'cpu')).toMatchObject({ status: 0, last: '1 passed, 0 failed' });
    const unknown = golden('nowhere', files, '--device', 'abacus');
    expect(unknown).toMatchObject({ status: 1, stdout: '' });
    expect(unknown.stderr).toContain("There is no device 'abacus': name cpu, cuda or cuda:1.");
    expect(golden('typo', files, '--devise', 'cpu')).toMatchObject({ status: 2 });
  });

  test('neither passes nor fails what is not built yet', () => {
    const fixtures = [...countsIndex.fixtures, { kind: 'holography', name: 'laser', files: [] }];
    const models = [small, { name: 'somenet-50', params: 1 }];
    const ran = golden('gaps', { 'index.json': { fixtures }, 'counts.json': { models } });
    expect(ran).toMatchObject({ status: 0, last: '1 passed, 0 failed' });
    expect(ran.stdout).toContain('not covered  laser');
    expect(ran.stdout).toContain('not covered  somenet-50');
  });

  test('reads a genotype that is written out, as text or as fields', () => {
    const cell = [
      [
        ['dw_conv_3x3', 0],
        ['skip_connect', 1],
      ],
      [['max_pool_3x3', 2]],
    ];
    const fields = { normal: cell, normal_concat: [2, 3], reduce: cell, reduce_concat: [2, 3] };
    const text =
      "Genotype(normal=[[('dw_conv_3x3', 0), ('skip_connect', 1)], [('max_pool_3x3', 2)]], normal_concat=range(2, 4), " +
      "reduce=[[('dw_conv_3x3', 0), ('skip_connect', 1)], [('max_pool_3x3', 2)]], reduce_concat=range(2, 4))";
    const rows = [fields, text].map((genotype, i) => ({
      ...small,
      name: `row ${i}`,
      genotype,
      n_layers: 4,
      C: 4,
      params: 0,
    }));
    const ran = golden('genotypes', { 'index.json': countsIndex, 'counts.json': { models: rows } });
    const errors = [...ran.stdout.matchAll(/params +(\d+) of 0/g)].map((match) => match[1]);
    expect(errors).toEqual([String(handCount), String(handCount)]);
  });

  test('names what is missing in a fixture, counts it once, and goes on with the next', () => {
    const { emb, ...incomplete } = small;
    const fixtures = [{ kind: 'counts', name: 'broken', description: 'broken.json' }, ...countsIndex.fixtures];
    const ran = golden('broken', {
      'index.json': { fixtures },
      'broken.json': { models: [incomplete] },
      'counts.json': { models: [{ ...small, emb }] },
    });
    expect(ran).toMatchObject({ status: 1, last: '1 passed, 1 failed' });
    expect(ran.stdout).toContain("broken.json: models[0] has no field 'emb'");
  });

  test.each([
    ['no index', {}, /index\.json cannot be read/],
    ['an index that is no JSON', { 'index.json': '{' }, /index\.json is not JSON/],
    ['an index without fixtures', { 'index.json': {} }, /has no field 'fixtures'/],
  ])('fails on a folder with %s', (name, files, message) => {
    const ran = golden(name, files);
    expect(ran.status).toBe(1);
    expect(ran.stderr).toMatch(message);
  });

  test('fails when nothing was checked', () => {
    expect(golden('empty', { 'index.json': { fixtures: [] } })).toMatchObject({
      status: 1,
      last: '0 passed, 0 failed',
    });
  });

  test('asks for one folder', () => {
    for (const args of [[], ['a', 'b']]) expect(run(args)).toMatchObject({ status: 2, stdout: '' });
  });

  test('as a program ends with the line that counts, and with its exit code', () => {
    const folder = join(root, 'wrong');
    const { status, stdout } = spawnSync(process.execPath, [program, folder], { encoding: 'utf8' });
    expect(status).toBe(1);
    expect(stdout.endsWith('\n1 passed, 1 failed\n')).toBe(true);
  });
});

/** Parameters of the two-node net above, C = 4 and 4 cells (reductions 1, 2, 3; widths 4, 8, 16, 32), added up layer by layer. */
const handCount = (() => {
  const norm = (channels: number) => 2 * channels;
  const separable = (from: number, to: number, kernel: number) => from + from * kernel ** 2 + from * to + norm(to);
  const factorized = (from: number, to: number) => from + 2 * from + from * to + norm(to);
  const widths = [4, 8, 16, 32];
  const inputs = [
    [16, 16],
    [16, 8],
    [8, 16],
    [16, 32],
  ] as const;
  const cells = widths.map((width, i) => {
    const [before, last] = inputs[i] ?? [0, 0];
    const reduces = i > 0;
    const first = i > 1 ? factorized(before, width) : separable(before, width, 1);
    const skip = reduces ? factorized(width, width) : 0;
    return first + separable(last, width, 1) + separable(width, width, 3) + skip + norm(width);
  });
  const tail = 64 + 64 * 512 + norm(512) + 512 + 512 * 49 + norm(512) + 512 * 128 + norm(128);
  return 3 * 16 * 9 + norm(16) + cells.reduce((sum, cell) => sum + cell, 0) + tail;
})();

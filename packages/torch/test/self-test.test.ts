import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { engineInfo, fromArray, ops, type Tensor } from '@pocketnet/torch';
import { type Engine, type Place, selfTest, verifyEngine, waysAround } from '@pocketnet/torch/self-test';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

describe('The self-test', () => {
  test('finds this engine to be right, which is so or every other test is in doubt', () => {
    const { faults, cases } = selfTest();
    expect(faults).toEqual([]);
    expect(cases).toBeGreaterThan(20);
  });

  /** libtorch's operators but one, whose results are changed. */
  const planted = (name: keyof Engine, change: (y: Tensor, x: Tensor, weight: Tensor) => Tensor): Engine => ({
    conv2d: ops.conv2d,
    linear: ops.linear,
    [name]: (x: Tensor, weight: Tensor, ...others: never[]) =>
      change((ops[name] as (...all: unknown[]) => Tensor)(x, weight, ...others), x, weight),
  });
  /** Adds to a single number of many. */
  const oneOff = (y: Tensor, by: number): Tensor => {
    const error = new Float32Array(y.size);
    error[Math.floor(y.size / 3)] = by;
    return ops.add(y, ops.toDtype(fromArray(error, y.shape), y.dtype));
  };
  const half = (y: Tensor, source: Tensor): Tensor =>
    ops.sub(y, ops.mul(ops.sum(ops.sub(source, ops.detach(source))), ops.full([1], 1))); // as large, with a wrong slope

  test.each([
    [
      'off by a tenth from 16 images on',
      'conv2d',
      (y, x) => ((x.shape[0] ?? 0) < 16 ? y : ops.mul(y, ops.full([1], 1.1))),
    ],
    ['wrong in 1×1 alone', 'conv2d', (y, _, w) => (w.shape[2] === 1 ? ops.mul(y, ops.full([1], 0.9)) : y)],
    ['wrong in depthwise alone', 'conv2d', (y, x, w) => (w.shape[1] === 1 && x.shape[1] !== 1 ? oneOff(y, 40) : y)],
    ['wrong in a single number', 'conv2d', (y) => oneOff(y, 1000)],
    ['wrong in a single number', 'linear', (y) => oneOff(y, 1000)],
    ['no number', 'conv2d', (y) => oneOff(y, Number.NaN)],
  ] as [string, keyof Engine, (y: Tensor, x: Tensor, w: Tensor) => Tensor][])(
    'catches a result that is %s, of %s',
    (_, name, change) => {
      const { faults } = selfTest(planted(name, change));
      expect(faults.length).toBeGreaterThan(0);
      for (const fault of faults) expect(fault).toMatch(name === 'linear' ? /^product of \[/ : /convolution of \[/);
      expect(faults[0]).toMatch(/the output is off by \S+ of its largest value$/);
    },
  );

  test.each([
    ['the gradient of the input', (y: Tensor, x: Tensor) => half(y, x)],
    ['the gradient of the weight', (y: Tensor, _: Tensor, w: Tensor) => half(y, w)],
  ])('catches %s where the output is right', (what, change) => {
    const { faults } = selfTest(planted('conv2d', change));
    expect(faults.length).toBeGreaterThan(0);
    for (const fault of faults) expect(fault).toContain(`${what} is off`);
  });

  test('takes an engine that throws for a wrong one', () => {
    const { faults } = selfTest(
      planted('linear', () => {
        throw new Error('no such instruction');
      }),
    );
    expect(faults[0]).toMatch(/^product of \[64, 128\] and \[128, 200\], float32: no such instruction$/);
  });
});

describe('An engine that is loaded', () => {
  let folder: string;
  let said: string[];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'self-test-'));
    said = [];
    writeFileSync(join(folder, 'addon.node'), 'an addon');
    writeFileSync(join(folder, 'runs'), '');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const program = fileURLToPath(new URL('./children/planted.mjs', import.meta.url));
  const placeWith = (variables: Record<string, string>): Place => ({
    addon: join(folder, 'addon.node'),
    program,
    parts: [],
    environment: { ...process.env, XDG_CACHE_HOME: folder, RUNS: join(folder, 'runs'), ...variables },
    say: (sentence) => said.push(sentence),
  });
  const runs = (): number => readFileSync(join(folder, 'runs'), 'utf8').split('\n').length - 1;

  test('has a verdict, which engineInfo() tells', () => {
    expect(engineInfo().selfTest).toMatchObject({
      state: expect.stringMatching(/^(right|mended)$/),
      version: engineInfo().version,
    });
  });

  test('is tested once for a processor, an addon and an environment', () => {
    const place = placeWith({});
    expect(verifyEngine(place)).toMatchObject({ state: 'right', version: engineInfo().version });
    expect(verifyEngine(place)).toMatchObject({ state: 'right' });
    expect(runs()).toBe(1);
    expect(said).toEqual([]);
    utimesSync(place.addon, 1, 1); // built anew
    verifyEngine(place);
    expect(runs()).toBe(2);
    verifyEngine(placeWith({ ONEDNN_MAX_CPU_ISA: 'SSE41' }));
    expect(runs()).toBe(3);
  });

  test('is tested again when what was remembered is damaged', () => {
    const place = placeWith({});
    verifyEngine(place);
    const kept = join(folder, 'pocketnet/self-test');
    for (const name of readdirSync(kept)) writeFileSync(join(kept, name), '{"files":');
    expect(verifyEngine(place).state).toBe('right');
    expect(runs()).toBe(2);
  });

  test.skipIf(waysAround.length === 0)(
    'and computes wrong gets the way around that helps, says so once, and remembers it',
    () => {
      for (const way of ['ONEDNN_MAX_CPU_ISA=AVX2', 'OPENBLAS_CORETYPE=Haswell']) {
        const [name = '', value = ''] = way.split('=');
        said = [];
        for (let start = 0; start < 2; start++) {
          const place = placeWith({ PLANTED: 'wrong', CURED_BY: way, XDG_CACHE_HOME: join(folder, name) });
          delete place.environment[name];
          expect(verifyEngine(place)).toMatchObject({ state: 'mended', environment: { [name]: value } });
          expect(place.environment[name]).toBe(value);
        }
        expect(said).toHaveLength(1);
        expect(said[0]).toMatch(
          /^libtorch \S+ computes wrong on this processor \(.+\): 1×1 convolution of \[16, .+ is off by 0\.1/,
        );
        expect(said[0]).toContain(`With ${way} all is right`);
      }
    },
  );

  test('and computes wrong whatever is tried is refused, with processor, library and remedy', () => {
    const place = placeWith({ PLANTED: 'wrong' });
    const refused = new RegExp(
      `^libtorch ${engineInfo().version} computes wrong .+LIBTORCH=\\S+ npm run setup.+POCKETNET_SELF_TEST=off`,
    );
    expect(() => verifyEngine(place)).toThrow(refused);
    expect(() => verifyEngine(place)).toThrow(cpus()[0]?.model.trim());
    expect(runs()).toBe(1 + waysAround.length);
    expect(verifyEngine({ ...place, environment: { ...place.environment, POCKETNET_SELF_TEST: 'off' } }).state).toBe(
      'untested',
    );
  });

  test('and ends its process by a signal counts as wrong', () => {
    const place = placeWith({ PLANTED: 'crash' });
    expect(() => verifyEngine(place)).toThrow(/1×1 convolution of \[16, .+ended the process by SIGFPE/);
  });

  test('and cannot be tested goes on, with a sentence that says why, and is tried again', () => {
    const place = placeWith({ PLANTED: 'broken' });
    for (let start = 1; start <= 2; start++) {
      expect(verifyEngine(place).state).toBe('untested');
      expect(runs()).toBe(start);
      expect(said).toHaveLength(start);
    }
    expect(said[0]).toContain('cannot open shared object file');
  });
});

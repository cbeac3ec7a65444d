import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  compareRuns,
  encodeModel,
  GraphBuilder,
  type Model,
  openModel,
  RUNTIMES,
  type RuntimeName,
} from '@pocketnet/onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { numbers, smallNetwork, smallNetworkOracle } from './graphs.js';

const PACKAGE = dirname(fileURLToPath(new URL('.', import.meta.url)));
const bytes = encodeModel(smallNetwork(), { metadata: { network: 'small', licence: 'none' } });
const feeds = (batch: number) => ({ image: { data: numbers(batch, batch * 108), dims: [batch, 3, 6, 6] } });

describe.each(Object.keys(RUNTIMES) as RuntimeName[])('the %s runtime', (runtime) => {
  let model: Model;
  beforeAll(async () => {
    model = await openModel(bytes, { runtime, threads: 1 });
  });
  afterAll(() => model.close());

  it('tells inputs, outputs and metadata as they were written', () => {
    const { inputs, outputs } = smallNetwork();
    expect(model).toMatchObject({ runtime, inputs, outputs, metadata: { network: 'small', licence: 'none' } });
  });

  it('computes conv, PReLU, batch norm and Gemm as written down naively, at any batch size', async () => {
    for (const batch of [1, 3, 8]) {
      const { embedding } = await model.run(feeds(batch));
      expect(embedding?.dims).toEqual([batch, 5]);
      expect(embedding?.dtype).toBe('float32');
      const expected = smallNetworkOracle(feeds(batch).image.data, batch);
      const { maxRelative } = compareRuns(expected, embedding?.data as Float32Array);
      expect(maxRelative).toBeLessThan(1e-5);
    }
  });

  it('gives the same numbers when runs overlap', async () => {
    const alone = await model.run(feeds(2));
    const together = await Promise.all([1, 2, 3].map((batch) => model.run(feeds(batch))));
    expect(together.map(({ embedding }) => embedding?.dims[0])).toEqual([1, 2, 3]);
    expect(together[1]).toEqual(alone);
  });

  it('takes values in shared memory', async () => {
    const { data, dims } = feeds(2).image;
    const shared = new Float32Array(new SharedArrayBuffer(data.byteLength));
    shared.set(data);
    expect(await model.run({ image: { data: shared, dims } })).toEqual(await model.run(feeds(2)));
  });

  it.skipIf(RUNTIMES[runtime].runsPlans)('carries int64, bool and int8 values', async () => {
    const b = new GraphBuilder('types');
    const big = b.input('big', 'int64', ['n']);
    const flag = b.input('flag', 'bool', ['n']);
    const small = b.input('small', 'int8', ['n']);
    const one = b.initializer('one', 'int64', [1], BigInt64Array.of(1n));
    b.node('Add', [big, one], {}, { output: 'sum' });
    b.node('Not', [flag], {}, { output: 'not' });
    b.node('Identity', [small], {}, { output: 'same' });
    b.output('sum', 'int64', ['n']).output('not', 'bool', ['n']).output('same', 'int8', ['n']);
    const typed = await openModel(encodeModel(b.build()), { runtime });
    const outputs = await typed.run({
      big: { data: BigInt64Array.of(2n ** 40n, -1n), dims: [2] },
      flag: { data: Uint8Array.of(0, 1), dims: [2] },
      small: { data: Int8Array.of(-128, 7), dims: [2] },
    });
    await typed.close();
    expect(outputs).toEqual({
      sum: { dtype: 'int64', dims: [2], data: BigInt64Array.of(2n ** 40n + 1n, 0n) },
      not: { dtype: 'bool', dims: [2], data: Uint8Array.of(1, 0) },
      same: { dtype: 'int8', dims: [2], data: Int8Array.of(-128, 7) },
    });
  });

  it('names the input that is missing, unknown, or does not fit, and goes on working', async () => {
    const { image } = feeds(1);
    await expect(model.run({})).rejects.toThrow(/"image" is missing/);
    await expect(model.run({ image, photo: image })).rejects.toThrow(/no input "photo".*: image/);
    await expect(model.run({ image: { data: image.data, dims: [1, 3, 6, 7] } })).rejects.toThrow(
      /108 values for .*1,3,6,7/,
    );
    await expect(model.run({ image: { data: image.data, dims: [1, 3, 36] } })).rejects.toThrow(/takes \[batch,3,6,6\]/);
    await expect(model.run({ image: { data: new Float64Array(108), dims: [1, 3, 6, 6] } })).rejects.toThrow(
      /Float32Array/,
    );
    expect((await model.run(feeds(1))).embedding?.dims).toEqual([1, 5]);
  });

  it('opens a file, and says what is wrong with one that it cannot open', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'onnx-'));
    try {
      const [good, bad] = ['good.onnx', 'bad.onnx'].map((name) => join(folder, name)) as [string, string];
      writeFileSync(good, bytes);
      const opened = await openModel(good, { runtime });
      expect(opened.metadata.network).toBe('small');
      await opened.close();
      writeFileSync(bad, 'no model');
      await expect(openModel(bad, { runtime })).rejects.toThrow(/bad\.onnx: not an ONNX model/);
      await expect(openModel(join(folder, 'none.onnx'), { runtime })).rejects.toThrow(/none\.onnx: .*no such file/);
      const strange = smallNetwork();
      for (const node of strange.nodes) node.op = 'NoSuchOp';
      await expect(openModel(encodeModel(strange), { runtime })).rejects.toThrow(/cannot open the model.*NoSuchOp/s);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('closes twice without harm, and runs no more then', async () => {
    const short = await openModel(bytes, { runtime });
    const running = short.run(feeds(1));
    await short.close();
    await short.close();
    expect((await running).embedding?.dims).toEqual([1, 5]);
    await expect(short.run(feeds(1))).rejects.toThrow(/closed/);
  });

  it.each([1, 2])('lets the process end by itself after running with %i thread(s)', (threads) => {
    const folder = mkdtempSync(join(tmpdir(), 'onnx-'));
    try {
      writeFileSync(join(folder, 'small.onnx'), bytes);
      const command = [join(PACKAGE, 'test', 'run-once.mjs'), join(folder, 'small.onnx'), runtime, String(threads)];
      expect(execFileSync(process.execPath, command, { encoding: 'utf8', timeout: 30_000 })).toBe('1,5\n');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  // The engine in WebAssembly belongs to this package.
  it.skipIf(runtime === 'engine')('says how to go on where its package is missing', () => {
    const { packageName } = RUNTIMES[runtime];
    const hook = `export const resolve = (name, context, next) => {
      if (name === '${packageName}') throw new Error('Cannot find package');
      return next(name, context);
    };`;
    const script = `
      import { register } from 'node:module';
      register('data:text/javascript,' + encodeURIComponent(${JSON.stringify(hook)}));
      const { openModel } = await import('@pocketnet/onnx');
      await openModel(Buffer.from('${Buffer.from(bytes).toString('base64')}', 'base64'), { runtime: '${runtime}' }).catch((error) => console.log(error.message));`;
    const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
      cwd: PACKAGE,
      encoding: 'utf8',
      timeout: 30_000,
    });
    expect(printed).toMatch(
      new RegExp(`${packageName} cannot be loaded\\. Install it \\(npm install ${packageName}\\) or choose another`),
    );
  });
});

it('refuses an unknown runtime, a number of threads that is none, and a change of WASM threads', async () => {
  await expect(openModel(bytes, { runtime: 'gpu' as RuntimeName })).rejects.toThrow(/"gpu".*native, wasm/);
  await expect(openModel(bytes, { threads: 0 })).rejects.toThrow(/threads is 0/);
  const model = await openModel(bytes, { runtime: 'wasm', threads: 1 });
  await expect(openModel(bytes, { runtime: 'wasm', threads: 2 })).rejects.toThrow(
    /1 thread\(s\) since its first model/,
  );
  await model.close();
});

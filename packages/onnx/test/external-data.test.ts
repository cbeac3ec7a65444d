import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  benchModels,
  decodeModel,
  encodeModel,
  externalFiles,
  missingRunners,
  noise,
  openModel,
  RUNTIMES,
  type RunnerName,
  type RuntimeName,
  readModelFile,
} from '@pocketnet/onnx';
import { ModelProtoSchema, StringStringEntryProtoSchema, TensorProto_DataLocation } from 'onnx-buf';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { smallNetwork } from './graphs.js';

const folder = mkdtempSync(join(tmpdir(), 'onnx-external-'));
afterAll(() => rmSync(folder, { recursive: true }));
const [inside, beside, data] = ['inside.onnx', 'beside.onnx', 'beside.onnx.data'].map((name) => join(folder, name)) as [
  string,
  string,
  string,
];

/** Moves a model's constants into a file beside it, as PyTorch's exporter does: at offsets of 64, the last one without its length. */
function moveOut(bytes: Uint8Array, location = 'beside.onnx.data'): { model: Uint8Array; data: Uint8Array } {
  const model = fromBinary(ModelProtoSchema, bytes);
  const pieces: Uint8Array[] = [];
  let at = 0;
  const constants = model.graph?.initializer ?? [];
  for (const [i, tensor] of constants.entries()) {
    const said = {
      location,
      offset: String(at),
      ...(i < constants.length - 1 && { length: String(tensor.rawData.length) }),
    };
    tensor.externalData = Object.entries(said).map(([key, value]) =>
      create(StringStringEntryProtoSchema, { key, value }),
    );
    tensor.dataLocation = TensorProto_DataLocation.EXTERNAL;
    const padding = i < constants.length - 1 ? (64 - (tensor.rawData.length % 64)) % 64 : 0;
    pieces.push(tensor.rawData, new Uint8Array(padding));
    at += tensor.rawData.length + padding;
    tensor.rawData = new Uint8Array();
  }
  return { model: toBinary(ModelProtoSchema, model), data: Buffer.concat(pieces) };
}

beforeAll(() => {
  const bytes = encodeModel(smallNetwork(), { metadata: { network: 'small' } });
  const moved = moveOut(bytes);
  writeFileSync(inside, bytes);
  writeFileSync(beside, moved.model);
  writeFileSync(data, moved.data);
});

describe('a model whose data lie beside it', () => {
  it('is the same model when it is read', async () => {
    const { bytes, whole } = await readModelFile(beside);
    expect(whole).toBe(true);
    expect(decodeModel(bytes)).toEqual(decodeModel((await readModelFile(inside)).bytes));
    expect(await externalFiles(beside)).toEqual([data]);
    expect(await externalFiles(inside)).toEqual([]);
  });

  it.each(Object.keys(RUNTIMES) as RuntimeName[])('computes the same in %s', async (runtime) => {
    const [one, other] = await Promise.all([inside, beside].map((path) => openModel(path, { runtime })));
    if (!one || !other) throw new Error('There are two models.');
    const feeds = noise(one.inputs, 2);
    expect(await other.run(feeds)).toEqual(await one.run(feeds));
    expect(other.metadata).toEqual({ network: 'small' });
    await Promise.all([one.close(), other.close()]);
  });

  it('is timed wherever models are, and what cannot be run takes nothing from the others', async () => {
    const missing = await missingRunners();
    const here = (Object.keys(missing) as RunnerName[]).filter((name) => missing[name] === undefined);
    const broken = join(folder, 'broken.onnx');
    writeFileSync(broken, 'no model');
    const cases = here.flatMap((runtime) => [broken, beside].map((model) => ({ model, runtime, threads: 1 })));
    const failures: string[] = [];
    const results = await benchModels(cases, {
      rounds: 1,
      runs: 1,
      onFailure: ({ model, runtime }, error) =>
        failures.push(`${model} ${runtime} ${error.message.includes('broken.onnx in')}`),
    });
    expect(results.map(({ model, runtime }) => [model, runtime])).toEqual(here.map((runtime) => [beside, runtime]));
    expect(failures).toEqual(here.map((runtime) => `${broken} ${runtime} true`));
    for (const { p50, perSecond } of results) expect(Math.min(p50, perSecond)).toBeGreaterThan(0);
  });

  it.each([
    ['/etc/passwd', /keeps its data at "\/etc\/passwd", which is not a file in the model's folder/],
    ['../elsewhere', /"\.\.\/elsewhere"/],
    ['a/../../elsewhere', /"\.\.\/elsewhere"/],
    ['', /which is not a file/],
    ['nothing.data', /nothing\.data: the model cannot be read; there is no such file/],
  ])('at "%s" is refused', async (location, message) => {
    const path = join(folder, 'astray.onnx');
    writeFileSync(path, moveOut((await readModelFile(inside)).bytes, location).model);
    await expect(openModel(path)).rejects.toThrow(message);
  });

  it('is refused where they are cut, by the file and the constant', async () => {
    const { model, data: content } = moveOut((await readModelFile(inside)).bytes, 'cut.data');
    writeFileSync(join(folder, 'cut.onnx'), model);
    writeFileSync(join(folder, 'cut.data'), content);
    truncateSync(join(folder, 'cut.data'), 8);
    await expect(openModel(join(folder, 'cut.onnx'))).rejects.toThrow(
      /cut\.data has 8 bytes; ".*" of .*cut\.onnx ends at byte/,
    );
  });
});

import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { cacheFolder } from '@pocketnet/lab';
import { encodeModel, GraphBuilder } from '@pocketnet/onnx';
import { loadTensors, ops, scope } from '@pocketnet/torch';
import { ModelProtoSchema, StringStringEntryProtoSchema, TensorProto_DataLocation } from 'onnx-buf';
import { beforeAll, describe, expect, test } from 'vitest';
import { experiment, run, weights, workplace } from './experiment.js';

const at = workplace();

/** Stops after the first step. */
const stopped = (): { signal: AbortSignal } => ({ signal: AbortSignal.abort() });

describe('a run with a teacher', () => {
  const teacherRun = at('teacher');
  const last = join(teacherRun, 'last.safetensors');
  beforeAll(async () => {
    await run(teacherRun, experiment({ maxSteps: 3, keepEpochs: true, seed: 7 }));
  });

  test.each([
    ['asked in every step', null],
    ['read from a cache', 'cache'],
  ])('draws the same margins after it is resumed amid an epoch, its teacher %s', async (_, cache) => {
    const head = { kind: 'elastic', scale: 16, margin: 0.1 };
    const config = () =>
      experiment({
        maxSteps: 6,
        checkpointEvery: 3,
        head,
        teacher: { models: last, cache: cache && at(cache) },
      });
    const name = (part: string): string => at(`${part}-${cache}`);
    await run(name('whole'), config());
    await run(name('halves'), config(), stopped());
    await run(name('halves'), config(), { resume: true });
    expect(weights(name('halves')).equals(weights(name('whole')))).toBe(true);
  });

  test('leaves the weights of an epoch that it ends amid as the last of its stages', () => {
    const kept = readdirSync(teacherRun).filter((name) => name.startsWith('epoch-'));
    expect(kept).toEqual(['epoch-0001.safetensors', 'epoch-0002.safetensors']);
    expect(weights(teacherRun, 'epoch-0002').equals(weights(teacherRun))).toBe(true);
  });

  test('fits the projection anew where a run before it never came to its first checkpoint', async () => {
    const models = [0, 1].map((seed) => at(`wide-${seed}`));
    for (const [seed, out] of models.entries()) await run(out, experiment({ embedding: 96, seed }));
    const config = (model: string | undefined) =>
      experiment({ teacher: { models: join(model ?? '', 'last.safetensors'), cache: at('wide-cache') } });
    await run(at('first-teacher'), config(models[0]));
    await run(at('second-teacher'), config(models[1]));
    mkdirSync(at('changed'));
    cpSync(at('first-teacher', 'projection.safetensors'), at('changed', 'projection.safetensors'));
    await run(at('changed'), config(models[1]));
    expect(weights(at('changed')).equals(weights(at('second-teacher')))).toBe(true);
    scope(() => {
      const [left, right] = ['changed', 'first-teacher'].map((out) =>
        loadTensors(at(out, 'projection.safetensors')).tensors.get('directions'),
      );
      if (!left || !right) throw new Error('Both runs keep their directions.');
      expect(ops.norm(ops.sub(left, right)).item()).toBeGreaterThan(0.1);
    });
  });

  test('is refused where a head makes centres of another width than its teacher gives', async () => {
    const wide = at('wide-for-centres');
    await run(wide, experiment({ embedding: 96 }));
    const config = experiment({
      head: { kind: 'adadistill' },
      teacher: { models: join(wide, 'last.safetensors'), cache: null, project: 'learned' },
    });
    await expect(run(at('centres'), config)).rejects.toThrow(/adadistill.*96 numbers.*64.*pca/);
    expect(existsSync(at('centres', 'checkpoint.safetensors'))).toBe(false);
  });

  test('refuses what would teach nothing: faces without labels beside a teacher of weight 0, and no faces at all', () => {
    const unlabelled = 'generated:identities=8,images=2,seed=2,size=32';
    const head = { kind: 'adadistill' };
    expect(() => experiment({ head, teacher: { models: last, weight: 0 } }, { unlabelled })).toThrow(
      /data\.unlabelled.*weight above 0/,
    );
    expect(() => experiment({}, { train: [] })).toThrow(/data\.train/);
  });

  test('can be stopped while the teacher still looks at the images, and goes on', async () => {
    const config = () => experiment({ teacher: { models: last, cache: at('looked-at') } });
    const error = await run(at('looking'), config(), stopped()).catch((reason: Error) => reason);
    expect(error).toMatchObject({ name: 'AbortError' });
    expect(await run(at('looking'), config(), { resume: true })).toMatchObject({ steps: 2, interrupted: false });
  });

  test('learns from faces without labels alone', async () => {
    const unlabelled = 'generated:identities=8,images=2,seed=2,size=32';
    const teacher = { models: last, cache: at('cache') };
    const { steps } = await run(at('unlabelled'), experiment({ head: null, teacher }, { train: [], unlabelled }));
    expect(steps).toBe(2);
  });

  test('with another share of mixup is not the same experiment', async () => {
    const teacher = { models: last, cache: at('cache') };
    await run(at('mixed'), experiment({ maxSteps: 4, teacher }, { mixup: 0.2 }), stopped());
    await expect(run(at('mixed'), experiment({ maxSteps: 4, teacher }), { resume: true })).rejects.toThrow(
      /data\.mixup was 0\.2 and is 0/,
    );
  });
});

test('two selections of one set that differ in a single image have caches of their own', async () => {
  const folder = at('faces');
  for (const person of ['a', 'b']) {
    mkdirSync(join(folder, person), { recursive: true });
    // Pictures alike to the byte: no sample of them can tell the selections apart.
    for (let i = 0; i < 100; i++) writeFileSync(join(folder, person, `${String(i).padStart(3, '0')}.jpg`), 'picture');
  }
  const teacher = at('teacher.onnx');
  writeFileSync(teacher, 'weights');
  const without = (name: string): string => {
    const list = at(`without-${name}.txt`);
    writeFileSync(list, `a/${name}.jpg\n`);
    return `${folder}?without=${list}`;
  };
  const key = (location: string): Promise<string> =>
    cacheFolder(at('caches'), { path: teacher, channels: 'rgb' }, location);
  expect(await key(without('001'))).toBe(await key(without('001')));
  expect(await key(without('001'))).not.toBe(await key(without('002')));
  expect(readFileSync(teacher, 'utf8')).toBe('weights');
  rmSync(folder, { recursive: true });
});

test("a cache belongs to the teacher's data beside its file and to the pixels that it is given, and is otherwise the one that it was", async () => {
  const faces = at('three');
  mkdirSync(join(faces, 'a'), { recursive: true });
  for (let i = 0; i < 3; i++) writeFileSync(join(faces, 'a', `${i}.jpg`), 'picture');
  const key = async (name: string, more = {}): Promise<string> =>
    basename(await cacheFolder('', { path: at(name), channels: 'rgb', ...more }, faces));
  const model = (op?: 'Mul'): Uint8Array => {
    const b = new GraphBuilder('key');
    const x = b.input('image', 'float32', ['n', 3, 8, 8]);
    const y = op ? b.node(op, [x, b.initializer('c', 'float32', [], Float32Array.of(1 / 127.5))]) : x;
    b.output(b.node('Flatten', [y], { axis: 1 }), 'float32', ['n', 192]);
    return encodeModel(b.build());
  };
  writeFileSync(at('text.onnx'), 'weights');
  writeFileSync(at('plain.onnx'), model());
  // As they were before data beside the file counted: caches take hours to fill.
  expect(await key('text.onnx')).toBe('text-45fc23a08addeb2d');
  expect(await key('plain.onnx')).toBe('plain-c5181dc5f2ce957e');

  const given = await key('plain.onnx', { mean: [0], scale: 1 });
  expect(new Set([given, await key('plain.onnx', { mean: [0] }), await key('plain.onnx')]).size).toBe(3);

  const proto = fromBinary(ModelProtoSchema, model('Mul'));
  for (const tensor of proto.graph?.initializer ?? []) {
    const said = { location: 'beside.data', offset: '0', length: '4' };
    tensor.externalData = Object.entries(said).map(([name, value]) =>
      create(StringStringEntryProtoSchema, { key: name, value }),
    );
    tensor.dataLocation = TensorProto_DataLocation.EXTERNAL;
    tensor.rawData = new Uint8Array();
  }
  writeFileSync(at('beside.onnx'), toBinary(ModelProtoSchema, proto));
  const keyWith = (scale: number): Promise<string> => {
    writeFileSync(at('beside.data'), new Uint8Array(Float32Array.of(scale).buffer));
    return key('beside.onnx');
  };
  expect(await keyWith(0.5)).toBe(await keyWith(0.5));
  expect(await keyWith(0.5)).not.toBe(await keyWith(0.25));
});

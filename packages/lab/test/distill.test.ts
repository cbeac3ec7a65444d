import { cpSync, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AugmentSpec, createLoader, joinLocations } from '@pocketnet/data';
import { createResidentLoader, type FaceBatch, onHost, openTargets, type TeacherModel } from '@pocketnet/lab';
import { beforeAll, describe, expect, test } from 'vitest';
import { experiment, metadata, run, tensors, weights, workplace } from './experiment.js';

const at = workplace();
const location = 'generated:identities=4,images=4,seed=1,size=32';

describe('a run with a teacher', () => {
  const teacherRun = at('teacher');
  beforeAll(async () => {
    await run(teacherRun, experiment({ epochs: 3, maxSteps: 6, keepEpochs: true, seed: 7 }));
  });
  const teacher = (changes: Record<string, unknown> = {}) => ({
    models: join(teacherRun, 'last.safetensors'),
    cache: at('embeddings'),
    ...changes,
  });
  const kdLoss = (metrics: { [name: string]: unknown }[]): number[] =>
    metrics.map((line) => Number(line['loss.teacher']));

  test('keepEpochs leaves the weights of every epoch, the last of which are the final ones', () => {
    const kept = readdirSync(teacherRun).filter((name) => name.startsWith('epoch-'));
    expect(kept).toEqual(['epoch-0001.safetensors', 'epoch-0002.safetensors', 'epoch-0003.safetensors']);
    expect(weights(teacherRun, 'epoch-0003').equals(weights(teacherRun))).toBe(true);
  });

  test('learns the same from a cached teacher as from one that is asked in every step', async () => {
    const cached = await run(at('cached'), experiment({ maxSteps: 4, teacher: teacher() }));
    const live = await run(at('live'), experiment({ maxSteps: 4, teacher: teacher({ cache: null }) }));
    for (const [i, loss] of kdLoss(live.metrics).entries()) expect(kdLoss(cached.metrics)[i]).toBeCloseTo(loss, 2);
  });

  test.each(['same', 'mean'] as const)(
    'that sees the crop asks of a turned face what it asks of the face as it was, mirrored or not (mirror: %s)',
    async (mirror) => {
      const flip = { name: 'flip', p: 0.5 };
      const targets = await openTargets({
        models: [{ path: join(teacherRun, 'last.safetensors'), channels: 'rgb' }],
        ...{ stages: 'last', sees: 'crop', mirror, cache: at('embeddings'), project: 'none', epochs: 1, location },
        ...{ student: { dimension: 64, size: 32 }, images: 16, augmentations: ['flip', 'turn'], workers: 0 },
        ...{ device: 'cpu', quiet: true, out: at('turned'), resumed: false },
      });
      await targets.beginEpoch(0);
      const open = (augment: AugmentSpec[]) =>
        createResidentLoader(location, {
          batch: 16,
          size: 32,
          seed: 2,
          workers: 0,
          augment,
          device: 'cpu',
          quiet: true,
        });
      const [plain, turned] = await Promise.all([open([flip]), open([flip, { name: 'turn', minYaw: 30 }])]);
      const other = turned.epoch(0);
      for await (const batch of plain.epoch(0)) {
        const same: FaceBatch = (await other.next()).value;
        expect(onHost(same.images)).not.toEqual(onHost(batch.images));
        expect(new Set(same.mirrored)).toEqual(new Set([0, 1]));
        expect(await targets.of(same)).toEqual(await targets.of(batch));
        same.release();
        batch.release();
      }
      for (const each of [plain, turned, targets]) await each.close();
    },
  );

  test('comes closer to its teacher', async () => {
    const { metrics } = await run(at('closer'), experiment({ maxSteps: 24, teacher: teacher({ weight: 1000 }) }));
    const losses = kdLoss(metrics);
    expect(losses.at(-1)).toBeLessThan(0.6 * (losses[0] ?? 0));
  });

  test('with stages: matched, learns from the stage of its own epoch', async () => {
    const multi = await run(
      at('multi'),
      experiment({ maxSteps: 6, teacher: teacher({ models: teacherRun, stages: 'matched' }) }),
    );
    const listed = await run(
      at('listed'),
      experiment({ maxSteps: 6, teacher: teacher({ models: teacherRun, stages: [1, 2, 3] }) }),
    );
    const final = await run(at('final'), experiment({ maxSteps: 6, teacher: teacher({ models: teacherRun }) }));
    expect(tensors(multi.out)).toEqual(tensors(listed.out)); // what the files say of their recipes differs
    expect(tensors(multi.out)).not.toEqual(tensors(final.out));
    // The last epoch's teacher is the finished one in both, but the students are no longer the same.
    expect(kdLoss(multi.metrics)[0]).not.toBe(kdLoss(final.metrics)[0]);
  });

  test('killed in the middle of an epoch and resumed, ends at the same weights', async () => {
    const config = () =>
      experiment({ maxSteps: 5, checkpointEvery: 3, teacher: teacher({ models: teacherRun, stages: 'stretched' }) });
    const whole = await run(at('whole'), config());
    const controller = new AbortController();
    const folder = at('halves');
    const halved = config();
    controller.abort();
    await run(folder, halved, { signal: controller.signal });
    const rest = await run(folder, config(), { resume: true });
    expect(rest.steps).toBe(5);
    expect(weights(folder).equals(weights(whole.out))).toBe(true);
  });

  test('a missing teacher stops it before its first step, by name', async () => {
    const folder = at('missing');
    await expect(run(folder, experiment({ teacher: teacher({ models: at('none.onnx') }) }))).rejects.toThrow(
      /none\.onnx does not exist/,
    );
    expect(existsSync(join(folder, 'checkpoint.safetensors'))).toBe(false);
  });

  test('a damaged stage that only a later epoch would meet stops it before its first step', async () => {
    const folder = at('damaged-teacher');
    cpSync(teacherRun, folder, { recursive: true });
    writeFileSync(join(folder, 'epoch-0003.safetensors'), 'not weights');
    await expect(
      run(
        at('damaged'),
        experiment({ epochs: 3, maxSteps: 6, teacher: teacher({ models: folder, stages: 'matched' }) }),
      ),
    ).rejects.toThrow(/epoch-0003/);
  });

  test('a teacher of another width is refused, or projected by PCA or a learned map', async () => {
    const wide = at('wide-teacher');
    await run(wide, experiment({ embedding: 96 }));
    const models = join(wide, 'last.safetensors');
    await expect(run(at('refused'), experiment({ teacher: teacher({ models, project: 'none' }) }))).rejects.toThrow(
      '96 numbers and the student 64',
    );
    const pca = await run(at('pca'), experiment({ teacher: teacher({ models }) }));
    expect(kdLoss(pca.metrics)[0]).toBeGreaterThan(0);
    const learned = experiment({ maxSteps: 3, checkpointEvery: 1, teacher: teacher({ models, project: 'learned' }) });
    const whole = await run(at('learned'), learned);
    const controller = new AbortController();
    controller.abort();
    await run(at('learned-halves'), learned, { signal: controller.signal });
    await run(at('learned-halves'), learned, { resume: true });
    expect(weights(at('learned-halves')).equals(weights(whole.out))).toBe(true);
  });

  test('a part that is joined with another set is not looked at again, and one listed with times comes so often', async () => {
    const small = 'generated:identities=3,images=3,seed=5,size=32';
    const unlabelled = [{ location: small, times: 3 }];
    const looked = (): number => readdirSync(at('embeddings')).length;
    await run(at('parts-1'), experiment({ teacher: teacher(), maxSteps: 1 }, { unlabelled: [small] }));
    const before = looked();
    const { out } = await run(at('parts-3'), experiment({ teacher: teacher(), maxSteps: 1 }, { unlabelled }));
    expect(looked()).toBe(before);
    const about = metadata(out);
    expect(about.data?.split(' + ').length).toBe(4);
  });

  test('the relational term is logged beside the others', async () => {
    const { metrics } = await run(at('relation'), experiment({ maxSteps: 2, teacher: teacher({ relation: 50 }) }));
    expect(Number(metrics.at(-1)?.['loss.relation'])).toBeGreaterThan(0);
  });

  test('the cosines of joined teachers are the mean of theirs, by their weights', async () => {
    const [first, second] = ['last', 'epoch-0001'].map((name) => join(teacherRun, `${name}.safetensors`)) as [
      string,
      string,
    ];
    const images = 16;
    const cosines = async (models: TeacherModel[]): Promise<number[]> => {
      const targets = await openTargets({
        ...{ models, stages: 'last', sees: 'crop', mirror: 'same', cache: at('embeddings'), project: 'none' },
        ...{ student: { dimension: 64, size: 32 }, epochs: 1, location, images, augmentations: [], workers: 0 },
        ...{ device: 'cpu', quiet: true, out: at('weighted'), resumed: false },
      });
      await targets.beginEpoch(0);
      const loader = createLoader(location, { batch: images, size: 32, workers: 0, shuffle: false });
      let rows: Float32Array = new Float32Array();
      for await (const batch of loader.epoch(0)) {
        rows = await targets.of(batch);
        batch.release();
      }
      await loader.close();
      await targets.close();
      const row = (i: number): Float32Array => rows.subarray(i * targets.dimension, (i + 1) * targets.dimension);
      return Array.from({ length: images - 1 }, (_, i) =>
        row(i).reduce((sum, x, k) => sum + x * (row(i + 1)[k] ?? 0), 0),
      );
    };
    const one = await cosines([{ path: first, channels: 'rgb' }]);
    const other = await cosines([{ path: second, channels: 'rgb' }]);
    const joined = await cosines([
      { path: first, channels: 'rgb', weight: 3 },
      { path: second, channels: 'rgb' },
    ]);
    for (const [i, cosine] of joined.entries())
      expect(cosine).toBeCloseTo((3 * (one[i] ?? 0) + (other[i] ?? 0)) / 4, 5);
  });

  test('two teachers are joined and projected, and the weights say who they were', async () => {
    const models = [join(teacherRun, 'last.safetensors'), join(teacherRun, 'epoch-0001.safetensors')];
    const { out } = await run(at('joined'), experiment({ teacher: teacher({ models }) }));
    expect(metadata(out).teacher).toBe('last.safetensors + epoch-0001.safetensors');
    expect(existsSync(join(out, 'projection.safetensors'))).toBe(true);
  });

  test('faces without labels take part in distillation only', async () => {
    const unlabelled = ['generated:identities=8,images=2,seed=2,size=32'];
    const mixed = await run(at('mixed'), experiment({ maxSteps: 4, teacher: teacher() }, { unlabelled }));
    expect(kdLoss(mixed.metrics).every((loss) => loss > 0)).toBe(true);
    const loader = createLoader(joinLocations({ labelled: [location], unlabelled }), {
      batch: 32,
      size: 32,
      workers: 0,
    });
    expect(loader.source).toMatchObject({ length: 32, identities: 4 });
    for await (const batch of loader.epoch(0)) {
      expect(batch.labels.filter((label) => label === -1)).toHaveLength(16);
      batch.release();
    }
    await loader.close();
  });

  test('mixup changes what is learned, and a resumed run mixes the same', async () => {
    const config = () => experiment({ maxSteps: 3, checkpointEvery: 1, teacher: teacher() }, { mixup: 0.4 });
    const whole = await run(at('mixup'), config());
    const plain = await run(at('plain'), experiment({ maxSteps: 3, teacher: teacher() }));
    expect(weights(whole.out).equals(weights(plain.out))).toBe(false);
    const controller = new AbortController();
    controller.abort();
    await run(at('mixup-halves'), config(), { signal: controller.signal });
    await run(at('mixup-halves'), config(), { resume: true });
    expect(weights(at('mixup-halves')).equals(weights(whole.out))).toBe(true);
  });

  test.each([
    ['cached', at('embeddings')],
    ['looking at every step', null],
  ])('mixup with class centres of a teacher that is %s goes on to the same numbers', async (how, cache) => {
    const config = () =>
      experiment(
        {
          maxSteps: 3,
          checkpointEvery: 1,
          head: { kind: 'adadistill', scale: 16 },
          teacher: teacher({ cache, weight: 0 }),
        },
        { mixup: 0.4 },
      );
    const [whole, halves] = [at(`centres ${how}`), at(`centres ${how}, halves`)];
    await run(whole, config());
    const controller = new AbortController();
    controller.abort();
    await run(halves, config(), { signal: controller.signal });
    await run(halves, config(), { resume: true });
    expect(weights(halves).equals(weights(whole))).toBe(true);
  });

  test('another teacher in the same cache folder has a cache of its own', async () => {
    const root = at('two-caches');
    for (const epoch of [1, 2]) {
      const models = join(teacherRun, `epoch-000${epoch}.safetensors`);
      await run(at(`cache-of-${epoch}`), experiment({ teacher: teacher({ models, cache: root }) }));
    }
    expect(readdirSync(root)).toHaveLength(2);
    rmSync(root, { recursive: true });
  });
});

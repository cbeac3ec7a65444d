import { createLoader, type LoaderOptions } from '@pocketnet/data';
import { createResidentLoader, type FaceLoader, onHost } from '@pocketnet/lab';
import { liveTensors } from '@pocketnet/torch';
import { describe, expect, it } from 'vitest';
import { experiment, run, weights, workplace } from './experiment.js';

const at = workplace();
const LOCATION = 'generated:identities=5,images=5,seed=2,size=40';
const AUGMENT = [
  { name: 'flip', p: 0.5 },
  { name: 'turn', p: 0.5 },
  { name: 'similarity' },
  { name: 'colour', p: 0.5 },
  { name: 'occlusion', p: 0.5 },
];
const OPTIONS: LoaderOptions = { batch: 4, size: 32, seed: 3, workers: 0, augment: AUGMENT };
const resident = (options: Partial<LoaderOptions> = {}): Promise<FaceLoader> =>
  createResidentLoader(LOCATION, { ...OPTIONS, ...options, device: 'cpu', quiet: true });

describe('a loader whose images live on the device', () => {
  it.each([
    ['one process', {}],
    ['the second of two processes', { shard: { rank: 1, size: 2 } }],
    ['no augmentation', { augment: [] }],
  ])('gives the batches of the other loader, within 2 grey levels: %s', async (_, options) => {
    const [here, there] = [createLoader(LOCATION, { ...OPTIONS, ...options }), await resident(options)];
    expect(there.source).toEqual(here.source);
    expect(there.batchesPerEpoch).toBe(here.batchesPerEpoch);
    for (const [epoch, startBatch] of [
      [0, 0],
      [3, 1],
    ] as const) {
      const other = there.epoch(epoch, startBatch);
      for await (const batch of here.epoch(epoch, startBatch)) {
        const same = (await other.next()).value;
        expect(same.indices).toEqual(batch.indices);
        expect([...same.labels]).toEqual([...batch.labels]);
        expect([...same.mirrored]).toEqual([...batch.mirrored]);
        const [left, right] = [onHost(batch.images), onHost(same.images)];
        expect(right.length).toBe(left.length);
        const apart = Math.max(...left.map((value, i) => Math.abs(value - (right[i] ?? 9))));
        expect(apart * 127.5).toBeLessThanOrEqual('augment' in options ? 0 : 2 + 1e-3);
        batch.release();
        same.release();
      }
      expect((await other.next()).done).toBe(true);
    }
    await here.close();
    await there.close();
  });

  it('holds one tensor, and one more for a batch until its release', async () => {
    const before = liveTensors();
    const loader = await resident();
    expect(liveTensors()).toBe(before + 1);
    for await (const batch of loader.epoch(0)) {
      expect(liveTensors()).toBe(before + 2);
      batch.release();
    }
    await loader.close();
    expect(liveTensors()).toBe(before);
  });

  it('refuses a bad augmentation before it reads a picture, and a set that no memory holds', async () => {
    await expect(resident({ augment: [{ name: 'sparkle' }] })).rejects.toThrow(/no augmentation named "sparkle"/);
    await expect(
      createResidentLoader('generated:identities=1000000,images=1000,size=16', {
        ...OPTIONS,
        size: 1024,
        device: 'cpu',
        quiet: true,
      }),
    ).rejects.toThrow(/GiB in the memory of cpu, which does not have that .* data\.resident: false/);
  });
});

describe('training with data.resident', () => {
  const data = { augment: AUGMENT };
  const losses = async (out: string, changes: Record<string, unknown>, more: object): Promise<number[]> =>
    (await run(at(out), experiment(changes, { ...data, ...more }))).metrics.map(({ loss }) => Number(loss));

  it.each([
    ['a head', {}, {}],
    ['mixup', {}, { mixup: 0.4 }],
  ])('begins with nearly the loss of the other loader: %s', async (name, changes, more) => {
    const [there] = await losses(`resident ${name}`, changes, { ...more, resident: true });
    const [here] = await losses(`loader ${name}`, changes, more);
    expect(Math.abs((there ?? Number.NaN) / (here ?? 0) - 1)).toBeLessThan(0.02);
  });

  it('without augmentation gives the very weights of the other loader', async () => {
    const plain = { augment: [{ name: 'flip', p: 0.5 }] };
    const here = (await run(at('plain'), experiment({ maxSteps: 3 }, plain))).out;
    const there = (await run(at('plain resident'), experiment({ maxSteps: 3 }, { ...plain, resident: true }))).out;
    expect(weights(there).equals(weights(here))).toBe(true);
  });

  it('shows a live teacher what the student sees', async () => {
    const teacher = (await run(at('teacher'), experiment({ maxSteps: 1 }))).out;
    const changes = {
      maxSteps: 1,
      head: null,
      teacher: { models: `${teacher}/last.safetensors`, cache: null, weight: 100 },
    };
    const plain = { augment: [{ name: 'flip', p: 0.5 }] };
    const here = (await run(at('live'), experiment(changes, plain))).out;
    const there = (await run(at('live resident'), experiment(changes, { ...plain, resident: true }))).out;
    expect(weights(there).equals(weights(here))).toBe(true);
  });

  it('resumes to the same weights', async () => {
    const config = (maxSteps: number) =>
      experiment({ maxSteps, checkpointEvery: 1 }, { ...data, resident: true, mixup: 0.4 });
    const whole = (await run(at('whole'), config(5))).out;
    await run(at('part'), config(3));
    const resumed = (await run(at('part'), config(5), { resume: true })).out;
    expect(weights(resumed).equals(weights(whole))).toBe(true);
  });
});

import { createLoader } from '@pocketnet/data';
import { openEmbedder } from '@pocketnet/lab';
import { beforeAll, expect, test } from 'vitest';
import { experiment, run, workplace } from './experiment.js';

const at = workplace();
const strangers = 'generated:identities=3,images=5,seed=9,size=32';
const teacherFile = (): string => at('teacher', 'last.safetensors');

beforeAll(async () => {
  await run(at('teacher'), experiment({ network: 'pocketnet-t-128' }));
});

const student = (more: object = {}, data: object = {}) =>
  experiment(
    {
      network: 'pocketnet-t-128',
      head: null,
      teacher: { models: [teacherFile()], cache: at('cache'), sees: 'crop' },
      evalEvery: 1,
      ...more,
    },
    { heldOut: strangers, ...data },
  );

/** Mean of 1 − cos between what two files of weights say of the held-out faces, straight. */
async function distanceOf(one: string, other: string): Promise<number> {
  const loader = createLoader(strangers, { batch: 15, size: 32, shuffle: false, workers: 0 });
  const embedders = [await openEmbedder(one), await openEmbedder(other)];
  let sum = 0;
  for await (const { images, count, release } of loader.epoch(0)) {
    const [a, b] = await Promise.all(embedders.map((embedder) => embedder.embed(images, count)));
    const width = (a?.length ?? 0) / count;
    for (let i = 0; i < count; i++) {
      const [x, y] = [a, b].map((rows) => Array.from(rows?.subarray(i * width, (i + 1) * width) ?? []));
      const dot = (p: number[] = [], q: number[] = []): number => p.reduce((s, value, k) => s + value * (q[k] ?? 0), 0);
      sum += 1 - dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y));
    }
    release();
  }
  for (const embedder of embedders) await embedder.close();
  await loader.close();
  return sum / 15;
}

test('Held-out faces are measured with every evaluation: how far they are from what the teacher says of them', async () => {
  const { distance, metrics, out } = await run(at('student'), student());
  const measured = metrics.flatMap((line) => (line.kind === 'held-out' ? [Number(line.distance)] : []));
  expect(measured).toHaveLength(2);
  expect(measured[1]).toBe(distance);
  expect(distance).toBeCloseTo(await distanceOf(`${out}/last.safetensors`, teacherFile()), 4);
});

test('They teach nothing, and a student that begins as its teacher is near it', async () => {
  const weights = async (name: string, heldOut: string | undefined): Promise<Buffer> => {
    const { out } = await run(at(name), student({}, { heldOut }));
    const { readFileSync } = await import('node:fs');
    return readFileSync(`${out}/last.safetensors`);
  };
  expect((await weights('with', strangers)).equals(await weights('without', undefined))).toBe(true);
  const still = student({ init: teacherFile(), lr: 1e-12, maxSteps: 1, weightDecay: 0 });
  expect((await run(at('same'), still)).distance).toBeLessThan(0.2);
});

test('They need a teacher', () => {
  expect(() => student({ teacher: null, head: { kind: 'arcface', scale: 16, margin: 0.1 } })).toThrow(
    /data.heldOut: needs a teacher/,
  );
});

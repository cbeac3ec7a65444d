import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLoader, drawFace, encodeJpegSync, openSource, writeFaces, writeRecords } from '@pocketnet/data';
import { createResidentLoader } from '@pocketnet/lab';
import { describe, expect, it } from 'vitest';
import { experiment, run, weights, workplace } from './experiment.js';

// One bad picture among good ones: 20 faces of 5 people, of which person 2's shot 3 is cut short.

const at = workplace();
const photo = (person: number, shot: number): Uint8Array => {
  const bytes = encodeJpegSync(drawFace(person, shot, { size: 32 }));
  return person === 2 && shot === 3 ? bytes.slice(0, 400) : bytes;
};
const places = Array.from({ length: 20 }, (_, i) => [Math.floor(i / 4), i % 4] as const);
for (const [person, shot] of places) {
  mkdirSync(at('folder', `p${person}`), { recursive: true });
  writeFileSync(at('folder', `p${person}`, `${shot}.jpg`), photo(person, shot));
}
writeFaces(
  at('train.rec'),
  places.map(([identity, shot]) => ({ identity, image: photo(identity, shot) })),
);
const steps = { maxSteps: 3 };
const log = (out: string): string => readFileSync(join(out, 'training.log'), 'utf8');

describe.each([
  ['an image folder', at('folder'), /p2.3\.jpg: the JPEG is damaged .*Replace or remove this picture/],
  ['a .rec', at('train.rec'), /train\.rec, record 12: the JPEG is damaged .*\?without=LIST.*data\.onBadImage: skip/],
])('training on %s with a bad picture', (name, train, message) => {
  const out = (part: string): string => at(`${name} ${part}`);

  it('ends with its place and a remedy that exists there', async () => {
    await expect(run(out('fail'), experiment(steps, { train }))).rejects.toThrow(message);
  });

  it('goes on without it when asked, names it once and counts, and resumes to the same weights', async () => {
    const skipping = experiment(steps, { train, onBadImage: 'skip' });
    const whole = await run(out('skip'), skipping);
    expect(whole).toMatchObject({ steps: 3, skipped: 1 });
    const told = log(whole.out)
      .split('\n')
      .filter((line) => line.includes('Skipped'));
    expect(told).toEqual([expect.stringMatching(/Skipped, 1 so far: .*(3\.jpg|record 12): the JPEG is damaged/)]);
    const half = experiment({ maxSteps: 2 }, { train, onBadImage: 'skip' });
    await run(out('resumed'), half);
    await run(out('resumed'), skipping, { resume: true });
    expect(weights(out('resumed'))).toEqual(weights(whole.out));
  });

  it('has the same stand-ins where the images live on the device', async () => {
    const options = { batch: 4, size: 32, seed: 3, workers: 0, onBadImage: 'skip' } as const;
    const here = createLoader(train, options);
    const there = await createResidentLoader(train, { ...options, device: 'cpu', quiet: true });
    const told: number[] = [];
    const other = there.epoch(0);
    for await (const batch of here.epoch(0)) {
      const same = (await other.next()).value;
      expect([[...same.indices], [...same.labels]]).toEqual([[...batch.indices], [...batch.labels]]);
      told.push(...same.skipped.map(({ index }: { index: number }) => index));
      batch.release();
      same.release();
    }
    expect(told).toEqual([11]);
    await here.close();
    await there.close();
  });
});

it('a teacher whose embeddings are cached looks past the bad picture, and the cache serves on', async () => {
  await run(at('teacher'), experiment({ maxSteps: 2 }, { train: at('folder'), onBadImage: 'skip' }));
  const teacher = { models: at('teacher', 'last.safetensors'), cache: at('cache'), project: 'none' };
  const student = experiment({ ...steps, teacher }, { train: at('folder'), onBadImage: 'skip' });
  const first = await run(at('student'), student);
  expect(first).toMatchObject({ steps: 3, skipped: 1 });
  expect((await run(at('student again'), student)).loss).toBe(first.loss);
});

it('labels that are raw ids with gaps make a head of the people there are, which the log says', async () => {
  writeRecords(at('raw.rec'), (writer) => {
    for (const [key, [person, shot]] of places.slice(0, 8).entries())
      writer.write(key, { label: 100_000 * person }, photo(person, shot));
  });
  const { out } = await run(at('raw'), experiment({ batch: 4 }, { train: at('raw.rec') }));
  expect(log(out)).toMatch(/8 images of 2 identities/);
  expect(log(out)).toMatch(/raw\.rec: of the labels 0 to 100000 only 2 have images; they are renumbered 0 to 1/);
  expect(openSource(at('raw.rec')).identities).toBe(2);
});

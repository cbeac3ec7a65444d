import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Batch,
  carryOut,
  createLoader,
  DataError,
  drawFace,
  encodeJpeg,
  type Loader,
  type LoaderOptions,
  openSource,
  pictureOf,
  pictureToFloats,
  planBatches,
} from '@pocketnet/data';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

const GENERATED = 'generated:identities=5,images=5,seed=2,size=32';
const AUGMENT = [
  { name: 'flip', p: 0.5 },
  { name: 'turn', p: 0.5 },
  { name: 'similarity' },
  { name: 'occlusion', p: 0.5 },
];
const open: Loader[] = [];
let folder = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pocketnet-loader-'));
  for (let person = 0; person < 4; person++) {
    for (const set of ['good', 'bad']) mkdirSync(join(folder, set, `p${person}`), { recursive: true });
    for (let shot = 0; shot < 5; shot++) {
      const bytes = await encodeJpeg(drawFace(person, shot, { size: 40 }));
      writeFileSync(join(folder, 'good', `p${person}`, `${shot}.jpg`), bytes);
      const isBad = person === 2 && shot === 3;
      writeFileSync(join(folder, 'bad', `p${person}`, `${shot}.jpg`), isBad ? bytes.slice(0, 400) : bytes);
    }
  }
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((loader) => loader.close()));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function start(location: string, options: Partial<LoaderOptions> = {}): Loader {
  const loader = createLoader(location, { batch: 4, size: 32, seed: 3, augment: AUGMENT, ...options });
  open.push(loader);
  return loader;
}

/** What a batch holds, copied, as text that can be compared. */
function contents({ images, labels, indices, count }: Batch): string {
  const hash = images.reduce((sum, value, i) => (sum * 31 + Math.round(value * 1e6) + i) % 1_000_000_007, 7);
  return `${count} | ${hash} | ${labels.join()} | ${indices.join()}`;
}

async function drain(loader: Loader, epoch: number, startBatch = 0): Promise<string[]> {
  const seen: string[] = [];
  for await (const batch of loader.epoch(epoch, startBatch)) {
    seen.push(contents(batch));
    batch.release();
  }
  return seen;
}

describe('the loader', () => {
  it('makes the same batches with 0, 1 and 2 workers, and however far ahead', async () => {
    for (const location of [GENERATED, join(folder, 'good')]) {
      const reference = await drain(start(location, { workers: 0 }), 1);
      expect(new Set(reference).size).toBe(reference.length);
      for (const options of [
        { workers: 1 },
        { workers: 2 },
        { workers: 2, prefetch: 5 },
        { workers: 1, prefetch: 1 },
      ]) {
        expect(await drain(start(location, options), 1), `${location} ${JSON.stringify(options)}`).toEqual(reference);
      }
    }
  });

  it('enters an epoch at any batch with the batches it would have had', async () => {
    const loader = start(GENERATED, { workers: 2 });
    const whole = await drain(loader, 4);
    expect(whole.length).toBe(loader.batchesPerEpoch);
    for (const from of [1, 3, 5, 6]) expect(await drain(loader, 4, from)).toEqual(whole.slice(from));
  });

  it('visits every image once an epoch, in another order each epoch and for each seed', async () => {
    const options = { workers: 0, dropLast: false };
    const order = async (epoch: number, seed: number) => {
      const indices: number[] = [];
      for await (const batch of start(GENERATED, { ...options, seed }).epoch(epoch)) {
        indices.push(...batch.indices);
        batch.release();
      }
      return indices;
    };
    const orders = [await order(0, 0), await order(1, 0), await order(0, 1)];
    for (const each of orders) expect(each.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 25 }, (_, i) => i));
    expect(new Set(orders.map(String)).size).toBe(3);
  });

  it('gives the labels of the source, unshuffled on request, and a shorter last batch', async () => {
    const source = openSource(GENERATED);
    const loader = start(GENERATED, { workers: 1, shuffle: false, dropLast: false });
    expect(loader.source).toEqual({ name: source.name, length: 25, identities: 5 });
    let next = 0;
    let last = 0;
    for await (const { labels, indices, images, count, release } of loader.epoch(0)) {
      for (const [i, index] of indices.entries()) {
        expect(index).toBe(next++);
        expect(labels[i]).toBe(source.label(index));
      }
      expect(images.length).toBe(count * 32 * 32 * 3);
      expect(images.buffer).toBeInstanceOf(SharedArrayBuffer);
      expect(images.every((value) => value >= -1 && value <= 1)).toBe(true);
      last = count;
      release();
    }
    expect([next, last]).toEqual([25, 1]);
  });

  it('without augmentation holds the source normalised', async () => {
    const loader = start(GENERATED, { workers: 1, shuffle: false, augment: [], batch: 1 });
    for await (const batch of loader.epoch(0)) {
      const { data } = drawFace(0, 0, { seed: 2, size: 32 });
      expect([...batch.images]).toEqual([...Float32Array.from(data, (byte) => (byte - 127.5) / 127.5)]);
      break;
    }
  });

  it.each([0, 2])(
    'reports a damaged picture by its file, in its turn, and goes on afterwards (%i workers)',
    async (workers) => {
      const loader = start(join(folder, 'bad'), { workers, shuffle: false });
      let made = 0;
      const failing = (async () => {
        for await (const batch of loader.epoch(0)) {
          made++;
          batch.release();
        }
      })();
      const error = await failing.catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(DataError);
      expect(String(error)).toMatch(/p2.3\.jpg: the JPEG is damaged/);
      expect(made).toBe(3); // image 13 is in the fourth batch of 4
      expect((await drain(loader, 0, 4)).length).toBe(1);
    },
  );

  it('skips a bad image when asked: another stands in for it, and each batch names those it met', async () => {
    const epochs = async (workers: number) => {
      const loader = start(join(folder, 'bad'), { workers, onBadImage: 'skip' });
      const seen: string[] = [];
      const indices: number[] = [];
      const skipped: string[] = [];
      for (const epoch of [0, 1]) {
        for await (const batch of loader.epoch(epoch)) {
          seen.push(contents(batch));
          indices.push(...batch.indices);
          for (const { index, reason } of batch.skipped) skipped.push(`${index} ${reason}`);
          batch.release();
        }
      }
      return { seen, indices, skipped };
    };
    const reference = await epochs(0);
    expect(reference.seen.length).toBe(10);
    expect(reference.indices).not.toContain(13);
    expect(new Set(reference.indices).size).toBe(19);
    expect(reference.skipped).toEqual([
      expect.stringMatching(/^13 .*p2.3\.jpg: the JPEG is damaged/),
      expect.stringMatching(/^13 /),
    ]);
    for (const workers of [1, 2]) expect(await epochs(workers)).toEqual(reference);
    const source = openSource(join(folder, 'bad'));
    const loader = start(join(folder, 'bad'), { workers: 0, onBadImage: 'skip' });
    for await (const { labels, indices, release } of loader.epoch(0)) {
      expect([...labels]).toEqual([...indices].map((index) => source.label(index)));
      release();
    }
  });

  it('gives up skipping where nothing can be read', async () => {
    mkdirSync(join(folder, 'none', 'p'), { recursive: true });
    for (let i = 0; i < 4; i++) writeFileSync(join(folder, 'none', 'p', `${i}.jpg`), 'no picture');
    await expect(drain(start(join(folder, 'none'), { onBadImage: 'skip' }), 0)).rejects.toThrow(
      /none: 64 images drawn one after another are bad, the last: .*\.jpg: the image is of no known format/,
    );
  });

  it('loses no buffer when an epoch is left early, many times over', async () => {
    const loader = start(GENERATED, { workers: 2, prefetch: 2 });
    const first = (await drain(loader, 0))[0];
    for (let round = 0; round < 12; round++) {
      for await (const batch of loader.epoch(0)) {
        expect(contents(batch)).toBe(first);
        batch.release();
        break;
      }
    }
    expect((await drain(loader, 0)).length).toBe(6);
  });

  it('says so when all buffers are held, rather than waiting for ever', async () => {
    const loader = start(GENERATED, { workers: 1, prefetch: 1 });
    const held: Batch[] = [];
    await expect(
      (async () => {
        for await (const batch of loader.epoch(0)) held.push(batch);
      })(),
    ).rejects.toThrow(/call release\(\)/);
    expect(held.length).toBe(2);
    for (const batch of held) {
      batch.release();
      batch.release(); // a second time is nothing
    }
    expect((await drain(loader, 0)).length).toBe(6);
  });

  it('closed in the middle rejects what is waited for, and is closed for good', async () => {
    const loader = start(GENERATED, { workers: 1 });
    const epoch = loader.epoch(0);
    (await epoch.next()).value?.release();
    await loader.close();
    await expect(drain(loader, 0)).rejects.toThrow(/closed/);
  });

  it('checks its options by name', () => {
    for (const [key, value] of [
      ['batch', 0],
      ['size', 1.5],
      ['workers', -1],
      ['prefetch', 0],
      ['seed', Number.NaN],
      ['batch', 65_536],
    ] as const) {
      expect(() => start(GENERATED, { size: 4096, [key]: value })).toThrow(key === 'batch' && value > 0 ? /GiB/ : key);
    }
    expect(() => start(GENERATED, { batch: 26 })).toThrow(/holds 25 images, fewer than a batch of 26/);
    expect(() => start(GENERATED, { augment: [{ name: 'sparkle' }] })).toThrow(/sparkle/);
    expect(() => start('generated:identities=0')).toThrow(/identities is "0"/);
    expect(() => start('generated:eyes=3')).toThrow(/unknown setting, "eyes"/);
  });
});

describe('batches that are only planned', () => {
  it.each([
    ['one process', {}],
    ['the second of two processes', { shard: { rank: 1, size: 2 } }],
    ['a shorter last batch, unshuffled', { shuffle: false, dropLast: false }],
  ])('are those of the loader, when they are carried out: %s', async (_, options) => {
    const loader = start(GENERATED, options);
    const source = openSource(GENERATED);
    const planned = planBatches(source, { batch: 4, size: 32, seed: 3, augment: AUGMENT, ...options });
    expect(planned.batchesPerEpoch).toBe(loader.batchesPerEpoch);
    for (const [epoch, startBatch] of [
      [0, 0],
      [1, 2],
    ] as const) {
      const plans = planned.epoch(epoch, startBatch);
      for await (const batch of loader.epoch(epoch, startBatch)) {
        const { indices, plans: wanted } = plans.next().value ?? { indices: [], plans: [] };
        expect(indices).toEqual(batch.indices);
        const floats = new Float32Array(32 * 32 * 3);
        for (const [i, plan] of wanted.entries()) {
          pictureToFloats(carryOut(plan, await pictureOf(source, Number(indices[i]))), floats);
          expect(floats).toEqual(new Float32Array(batch.images.slice(i * floats.length, (i + 1) * floats.length)));
        }
        batch.release();
      }
      expect(plans.next().done).toBe(true);
    }
    source.close();
  });
});

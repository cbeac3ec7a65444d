import { join } from 'node:path';
import { inspect, openSource, readPairs } from '@pocketnet/data';
import { describe, expect, it } from 'vitest';
import { cpuTime } from '../../../testing/cpu-time.js';

const DATA = process.env.POCKETNET_DATA;
const faces = (name: string) => join(DATA ?? '', 'faces', name);

describe.skipIf(!DATA)('real data (POCKETNET_DATA)', () => {
  it('faces/train/train.rec has 15,749 images of 2,995 identities, all whole JPEGs of 112x112', async () => {
    expect(await inspect(faces('train'), { deep: true })).toMatchObject({
      kind: 'recordio',
      images: 15749,
      identities: 2995,
      imagesPerIdentity: { min: 2, median: 2, max: 717 },
      sizes: [{ format: 'jpeg', width: 112, height: 112, images: 15749 }],
      problems: [],
    });
  });

  it('faces/unlabelled/train.rec has 3,627 images without identities', async () => {
    expect(await inspect(faces('unlabelled'), { deep: true })).toMatchObject({
      images: 3627,
      identities: 0,
      problems: [],
    });
  });

  it('lfw_dev.bin has 3,000 pairs of 3,811 distinct images, suits 5 folds, and is read in half a second', async () => {
    const path = faces('lfw_dev.bin');
    const timed = [1, 2, 3].map(() => {
      const start = cpuTime();
      readPairs(path);
      return cpuTime() - start;
    });
    expect(Math.min(...timed)).toBeLessThan(500);
    const { images, same } = readPairs(path);
    expect([images.length, same.length]).toEqual([6000, 3000]);
    expect(new Set(images.map((image) => image.buffer)).size).toBe(1);
    expect(await inspect(faces('lfw_dev.bin'), { deep: true })).toMatchObject({
      pairs: { total: 3000, same: 1500, distinctImages: 3811, folds: 5 },
      sizes: [{ format: 'jpeg', width: 112, height: 112, images: 6000 }],
    });
  });

  it('lfw_people is a folder of 722 photos of 200 people', () => {
    const source = openSource(faces('lfw_people'));
    expect([source.length, source.identities]).toEqual([722, 200]);
  });
});

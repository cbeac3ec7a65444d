import { type Face, openPocketNet, type PocketNet, reasonsAgainst } from 'pocketnet';
import type { FiveLandmarks, Image, Point } from 'pocketnet/align';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resample } from '../dist/images/resample.js';
import { poseOf, qualityOf } from '../dist/quality/index.js';
import { detector, embedder } from './support/models.js';
import { type Placed, photoOf } from './support/photos.js';

let net: PocketNet;
beforeAll(async () => {
  net = await openPocketNet({ detector, embedder });
});
afterAll(() => net.close());

const large: Placed = { identity: 3, x: 100, y: 60, side: 200 };

async function first(photo: Image): Promise<Face> {
  const [face] = await net.detect(photo);
  if (!face) throw new Error('no face was found');
  return face;
}

const measure = async (photo: Image, name: string) => (await first(photo)).quality.find((each) => each.name === name);

/** A photo as a bad lens shows it: shrunk, and enlarged again. */
function blurred(photo: Image, factor: number): Image {
  const { width, height } = photo;
  const small = [Math.round(width / factor), Math.round(height / factor)] as const;
  const shrunk = resample(photo, { x: 0, y: 0, width, height }, ...small);
  return resample(shrunk, { x: 0, y: 0, width: small[0], height: small[1] }, width, height);
}

describe('the quality of a face', () => {
  const photo = photoOf(420, 320, [large]);

  it('is good where all is well: a number, a verdict and a sentence for each measure', async () => {
    const { quality } = await first(photo);
    expect(quality.map(({ name }) => name)).toEqual([
      'size',
      'visibility',
      'sharpness',
      'exposure',
      'pose',
      'border',
      'alone',
    ]);
    for (const { value, verdict, sentence } of quality) {
      expect(Number.isFinite(value)).toBe(true);
      expect(['good', 'poor']).toContain(verdict);
      expect(sentence).toMatch(/^[A-Z].*\.$/);
    }
    expect(reasonsAgainst(quality)).toEqual([]);
  });

  it('falls with size, and says to come closer', async () => {
    const sizes = await Promise.all(
      [150, 70, 45].map((side) => measure(photoOf(420, 320, [{ ...large, side }]), 'size')),
    );
    expect(sizes.map((each) => each?.verdict)).toEqual(['good', 'poor', 'bad']);
    expect(sizes[2]?.sentence).toMatch(/Too small \(\d+ pixels, below 40\): come closer/);
  });

  it('falls with blur', async () => {
    const values = [];
    for (const factor of [1, 4, 10])
      values.push(await measure(factor === 1 ? photo : blurred(photo, factor), 'sharpness'));
    expect(values[0]?.value).toBeGreaterThan(values[1]?.value ?? 1);
    expect(values[1]?.value).toBeGreaterThan(values[2]?.value ?? 1);
    expect(values.map((each) => each?.verdict)).toEqual(['good', 'good', 'poor']);
    expect(values[2]?.sentence).toMatch(/lurred: hold still/);
  });

  it('falls in the dark, in glare and in fog, and says which', async () => {
    const [face] = await net.detect(photo);
    if (!face) throw new Error('no face was found');
    const crop = net.align(photo, face);
    const judged = (change: (value: number) => number) =>
      qualityOf({ face, faces: [face], photo, crop: { ...crop, data: crop.data.map(change) } }).find(
        ({ name }) => name === 'exposure',
      );
    expect(judged((value) => value)?.verdict).toBe('good');
    expect(judged((value) => value / 12)).toMatchObject({ verdict: 'bad', sentence: 'Too dark: give more light.' });
    expect(judged((value) => 242 + value / 20)).toMatchObject({
      verdict: 'bad',
      sentence: 'Too bright: give less light.',
    });
    expect(judged((value) => 110 + value / 10)).toMatchObject({
      verdict: 'bad',
      sentence: expect.stringMatching(/^Flat/),
    });
  });

  it('falls where the border cuts the face, and where another could be meant', async () => {
    const cut = photoOf(420, 320, [{ ...large, y: 60 }]);
    const half = { width: 420, height: 320 - 160, data: cut.data.subarray(3 * 420 * 160) };
    const across = { ...half, height: 160 };
    expect((await measure(cut, 'border'))?.value).toBe(0);
    const [face] = await net.detect(across);
    if (face) expect(face.quality.find(({ name }) => name === 'border')?.value).toBeGreaterThan(0.1);
    const two = photoOf(500, 320, [
      { ...large, x: 20 },
      { ...large, identity: 5, x: 270 },
    ]);
    expect(await measure(two, 'alone')).toMatchObject({
      verdict: 'bad',
      sentence: expect.stringMatching(/There are 2 faces/),
    });
  });
});

describe('the pose', () => {
  /** A head of the mean shape, turned and seen from afar: yaw to the right of the picture, pitch down, roll clockwise, in degrees. */
  function seen(yaw: number, pitch: number, roll: number): FiveLandmarks {
    const head = [
      [-17.65, -20.1, 0],
      [17.65, -20.1, 0],
      [0, 0, 20],
      [-14.6, 20.6, 3],
      [14.6, 20.6, 3],
    ];
    const [y, p, r] = [yaw, pitch, roll].map((angle) => (angle * Math.PI) / 180) as [number, number, number];
    return head.map(([a = 0, b = 0, c = 0]): Point => {
      const [u, w] = [a * Math.cos(y) + c * Math.sin(y), c * Math.cos(y) - a * Math.sin(y)];
      const v = b * Math.cos(p) + w * Math.sin(p);
      return [100 + 2 * (u * Math.cos(r) - v * Math.sin(r)), 80 + 2 * (u * Math.sin(r) + v * Math.cos(r))];
    }) as unknown as FiveLandmarks;
  }

  it.each([
    [0, 0, 0],
    [30, 0, 0],
    [-45, 0, 0],
    [0, 25, 0],
    [0, -25, 0],
    [0, 0, 40],
    [20, 0, -30],
  ])('of the mean head, turned by %d, nodded by %d, rolled by %d, is that', (yaw, pitch, roll) => {
    const found = poseOf(seen(yaw, pitch, roll));
    expect(found.yaw).toBeCloseTo(yaw, 0);
    expect(found.pitch).toBeCloseTo(pitch, 0);
    expect(found.roll).toBeCloseTo(roll, 0);
  });

  it('of the mirrored face is mirrored', () => {
    const [a, b, c, d, e] = seen(25, 10, 15).map(([x, y]): Point => [-x, y]) as unknown as FiveLandmarks;
    const [one, other] = [poseOf(seen(25, 10, 15)), poseOf([b, a, c, e, d])];
    expect(other.yaw).toBeCloseTo(-one.yaw, 0);
    expect(other.pitch).toBeCloseTo(one.pitch, 0);
    expect(other.roll).toBeCloseTo(-one.roll, 0);
  });
});

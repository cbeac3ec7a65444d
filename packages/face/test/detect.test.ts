import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import {
  type DetectFunction,
  type Face,
  openFaceDetector,
  openPocketNet,
  type PocketNet,
  type PocketNetOptions,
} from 'pocketnet';
import { transformPoint } from 'pocketnet/align';
import { readImage } from 'pocketnet/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { regionsOf } from '../dist/detect/yunet/tiles.js';
import { detector, embedder } from './support/models.js';
import { farthest, mirrored, mirroredPoints, photoOf, pointsOf, turned } from './support/photos.js';

const alone = { identity: 3, x: 110, y: 70, side: 112 };
const photo = photoOf(330, 260, [alone]);

/** A detector of one's own: this one knows where the face is. */
const told: DetectFunction = async () => [
  { box: { x: 140, y: 90, width: 80, height: 90 }, points: pointsOf(alone), score: 1 },
];

const detectors: Record<string, PocketNetOptions['detector']> = { YuNet: detector, 'a function': told };

describe.each(Object.keys(detectors))('a detector: %s', (name) => {
  let net: PocketNet;
  beforeAll(async () => {
    net = await openPocketNet({ detector: detectors[name] as Uint8Array, embedder, engine: 'strict' });
  });
  afterAll(() => net.close());

  it('finds a face: its box around its points, a score, and the points in their order', async () => {
    const faces = await net.detect(photo);
    expect(faces).toHaveLength(1);
    const [{ box, points, score } = {} as Face] = faces;
    expect(farthest(points, pointsOf(alone))).toBeLessThan(10);
    for (const [x, y] of points) {
      expect(x).toBeGreaterThan(box.x);
      expect(x).toBeLessThan(box.x + box.width);
      expect(y).toBeGreaterThan(box.y);
      expect(y).toBeLessThan(box.y + box.height);
    }
    expect(score).toBeGreaterThan(0.6);
    expect(score).toBeLessThanOrEqual(1);
  });

  it('gives the same twice, and for RGBA what it gives for RGB', async () => {
    const once = await net.detect(photo);
    expect(await net.detect(photo)).toEqual(once);
    const data = new Uint8ClampedArray(330 * 260 * 4).map((_, i) =>
      i % 4 === 3 ? 255 : (photo.data[3 * (i >> 2) + (i % 4)] ?? 0),
    );
    const [face] = await net.detect({ ...photo, data });
    expect(face?.points).toEqual(once[0]?.points);
  });
});

it('opens nothing more once it is closed while it looks', async () => {
  const net = await openPocketNet({ detector, embedder });
  const looking = net.detect(photo);
  net.close();
  await expect(looking).rejects.toThrow('closed');
});

describe('a detector that is opened alone', () => {
  it('finds what it finds beside a face network, here and in a worker, and nothing once it is closed', async () => {
    const both = await openPocketNet({ detector, embedder, engine: 'strict' });
    const script = new URL('../dist/node/worker.js', import.meta.url);
    for (const place of [{}, { worker: () => new Worker(script) }]) {
      const alone = await openFaceDetector({ detector, engine: 'strict', ...place });
      expect(await alone.detect(photo, { minFace: 60 })).toEqual(await both.detect(photo, { minFace: 60 }));
      alone.close();
      await expect(alone.detect(photo)).rejects.toThrow('This detector is closed.');
    }
    both.close();
  });

  it('takes no face network, and says which options there are', async () => {
    await expect(openFaceDetector({ detector, embedder } as object)).rejects.toThrow(
      'There is no option "embedder"; there are detector, engine, worker, maxPixels.',
    );
  });
});

describe('a detector function', () => {
  const opened = (faces: Awaited<ReturnType<DetectFunction>>): Promise<PocketNet> =>
    openPocketNet({ detector: () => faces, embedder });
  const [face] = [{ box: { x: 140, y: 90, width: 80, height: 90 }, points: pointsOf(alone), score: 1 }];

  it('is told when it swaps left and right, which would align another face', async () => {
    const [a, b, c, d, e] = face.points;
    for (const points of [
      [b, a, c, d, e],
      [a, b, c, e, d],
      [b, a, c, e, d],
    ] as const) {
      const net = await opened([{ ...face, points }]);
      await expect(net.detect(photo)).rejects.toThrow(/face 0: Left and right are swapped/);
    }
  });

  it('is told when its numbers make no sense', async () => {
    const net = await opened([face, { ...face, box: { ...face.box, width: Number.NaN } }]);
    await expect(net.detect(photo)).rejects.toThrow(/face 1: Its box or its score/);
    const other = await opened([{ ...face, points: [[0, 0]] as never }]);
    await expect(other.detect(photo)).rejects.toThrow(/not five points/);
  });
});

describe('YuNet', () => {
  let net: PocketNet;
  beforeAll(async () => {
    net = await openPocketNet({ detector, embedder, engine: 'strict' });
  });
  afterAll(() => net.close());
  const first = async (image: typeof photo): Promise<Face> => {
    const [face] = await net.detect(image);
    if (!face) throw new Error('no face was found');
    return face;
  };

  it('finds the eyes left and right as the picture shows them, the nose, the corners of the mouth', async () => {
    for (const identity of [0, 1, 2, 3, 4, 5]) {
      const placed = { ...alone, identity };
      const { points } = await first(photoOf(330, 260, [placed]));
      expect(farthest(points, pointsOf(placed)), `identity ${identity}`).toBeLessThan(14);
      const [leftEye, rightEye, nose, leftMouth, rightMouth] = points;
      expect(leftEye[0]).toBeLessThan(rightEye[0]);
      expect(leftMouth[0]).toBeLessThan(rightMouth[0]);
      expect(nose[1]).toBeGreaterThan(Math.max(leftEye[1], rightEye[1]));
      expect(nose[1]).toBeLessThan(Math.min(leftMouth[1], rightMouth[1]));
    }
  });

  it('of the mirrored photo finds the mirrored points, left and right by the picture again', async () => {
    const { points } = await first(photo);
    const { points: other } = await first(mirrored(photo));
    expect(farthest(other, mirroredPoints(points, photo.width))).toBeLessThan(4);
  });

  it.each([-90, -20, -10, 10, 20, 180])('follows a turn of %d degrees', async (degrees) => {
    const { points } = await first(photo);
    const { photo: other, matrix } = turned(photo, degrees);
    const found = (await first(other)).points;
    const expected = points.map((point) => transformPoint(matrix, point)) as unknown as typeof points;
    expect(farthest(found, expected)).toBeLessThan(6);
  });

  it.each([0.5, 1.5, 3, 6])('follows a scale of %d', async (scale) => {
    const small = await first(photo);
    const side = 112 * scale;
    const placed = { identity: 3, x: 110 * scale, y: 70 * scale, side };
    const { points } = await first(photoOf(330 * scale, 260 * scale, [placed]));
    const scaled = small.points.map(([x, y]) => [(x + 0.5) * scale - 0.5, (y + 0.5) * scale - 0.5]);
    expect(farthest(points, scaled as unknown as typeof points)).toBeLessThan(5 * Math.max(1, scale));
  });

  it('finds several, whom the photo shows first before the others', async () => {
    const faces = [
      { identity: 1, x: 20, y: 150, side: 80 },
      { identity: 2, x: 240, y: 60, side: 200 },
      { identity: 3, x: 480, y: 150, side: 80 },
    ];
    const found = await net.detect(photoOf(640, 400, faces));
    expect(found).toHaveLength(3);
    expect(found[0]?.box.x).toBeGreaterThan(200);
  });

  it('finds nobody in grey, and in noise', async () => {
    const data = Uint8Array.from({ length: 3 * 200 * 150 }, (_, i) => (i * 2654435761) >>> 24);
    expect(await net.detect({ width: 200, height: 150, data })).toEqual([]);
    expect(await net.detect(photoOf(200, 150, []))).toEqual([]);
  });

  it('asks for the score that it is told, and looks again unless it is told not to', async () => {
    const [once] = await net.detect(photo, { refine: false });
    const { points } = await first(photo);
    expect(farthest(once?.points ?? points, points)).toBeGreaterThan(0);
    expect(farthest(once?.points ?? points, points)).toBeLessThan(8);
    expect(await net.detect(photo, { minScore: 0.999 })).toEqual([]);
    await expect(net.detect(photo, { minScore: 0 })).rejects.toThrow(/minScore is 0/);
  });

  it('takes pictures of any size, down to one pixel', async () => {
    for (const [width, height] of [
      [1, 1],
      [7, 3],
      [1, 2000],
      [1999, 2],
    ] as const)
      expect(await net.detect(photoOf(width, height, []))).toEqual([]);
  });

  it('finds faces that are small in a large photo where they are asked for', async () => {
    const wide = photoOf(2400, 1000, [
      { identity: 3, x: 400, y: 300, side: 48 },
      { identity: 0, x: 1500, y: 800, side: 48 },
    ]);
    expect((await net.detect(wide)).length).toBeLessThan(2);
    const found = await net.detect(wide, { minFace: 28 });
    expect(found.map(({ box }) => Math.round(box.x / 500)).sort()).toEqual([1, 3]);
    await expect(net.detect(wide, { minFace: -1 })).rejects.toThrow(/minFace is -1/);
  });

  it('tries anew to open what could not be opened, and answers many photos at once', async () => {
    const { openPlan } = await import('@pocketnet/engine');
    let fails = true;
    const engine: typeof openPlan = (bytes, options) =>
      fails && options?.width ? Promise.reject(new Error('There is no memory.')) : openPlan(bytes, options);
    const other = await openPocketNet({ detector, embedder, engine });
    await expect(other.detect(photo)).rejects.toThrow('There is no memory.');
    fails = false;
    const sizes = Array.from({ length: 9 }, (_, i) => photoOf(330 + 32 * i, 260, [alone]));
    const counts = await Promise.all(sizes.map(async (each) => (await other.detect(each)).length));
    expect(counts).toEqual(sizes.map(() => 1));
    other.close();
  });

  it('refuses a plan that is no YuNet, and what is no plan', async () => {
    await expect(openPocketNet({ detector: embedder, embedder })).rejects.toThrow(/no YuNet: it has no output cls_8/);
    await expect(openPocketNet({ detector: new Uint8Array(9), embedder })).rejects.toThrow(
      /The detector is no compiled network/,
    );
  });
});

describe('the parts of a photo that are looked at', () => {
  it('are the whole alone, unless smaller faces are asked for than it shows', () => {
    expect(regionsOf(4000, 3000)).toEqual([{ x: 0, y: 0, width: 4000, height: 3000 }]);
    expect(regionsOf(4000, 3000, 200)).toHaveLength(1);
    expect(regionsOf(600, 400, 4)).toHaveLength(1);
  });

  it('hold every face that was asked for whole, in one part at least where it is large enough to be seen', () => {
    const [width, height, minFace] = [5000, 3000, 30];
    const regions = regionsOf(width, height, minFace);
    fc.assert(
      fc.property(
        fc.double({ min: minFace, max: 1500, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (side, u, v) => {
          const [x, y] = [u * (width - side), v * (height - side)];
          const seen = regions.some((region) => {
            const scale = Math.min(1, 640 / Math.max(region.width, region.height));
            const whole =
              x >= region.x &&
              y >= region.y &&
              x + side <= region.x + region.width &&
              y + side <= region.y + region.height;
            return whole && side * scale >= 19.9;
          });
          expect(seen, `${side} at ${x}, ${y}`).toBe(true);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('are not endless', () => {
    expect(() => regionsOf(20_000, 20_000, 20)).toThrow(/take more than 200 looks/);
  });
});

const real = join(process.env.POCKETNET_DATA ?? '', 'faces/lfw_people');
describe.skipIf(!process.env.POCKETNET_DATA || !existsSync(real))('YuNet on real photos (POCKETNET_DATA)', () => {
  it('agrees with the landmarks that lie beside them, and mirrors with them', async () => {
    const net = await openPocketNet({ detector, embedder });
    const known = JSON.parse(readFileSync(join(real, 'landmarks.json'), 'utf8'));
    const names = Object.keys(known).filter((_, i) => i % 60 === 0);
    for (const name of names) {
      const image = await readImage(join(real, name));
      const [face] = await net.detect(image);
      const [other] = await net.detect(mirrored(image));
      expect(farthest(face?.points ?? known, known[name].landmarks), name).toBeLessThan(12);
      expect(farthest(other?.points ?? known, mirroredPoints(known[name].landmarks, 250)), name).toBeLessThan(12);
    }
    net.close();
  });
});

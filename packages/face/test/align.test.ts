import fc from 'fast-check';
import {
  type AffineMatrix,
  alignFace,
  alignmentMatrix,
  arcfaceTemplate,
  estimateSimilarity,
  type FiveLandmarks,
  IDENTITY,
  type Image,
  invertAffine,
  type Point,
  SPHEREFACE_96x112,
  transformPoint,
  warpAffine,
} from 'pocketnet/align';
import { describe, expect, it } from 'vitest';

const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const point: fc.Arbitrary<Point> = fc.tuple(number(-500, 500), number(-500, 500));
const similarity: fc.Arbitrary<AffineMatrix> = fc
  .tuple(number(-Math.PI, Math.PI), number(0.05, 20), number(-800, 800), number(-800, 800))
  .map(([angle, scale, tx, ty]) => {
    const [cos, sin] = [scale * Math.cos(angle), scale * Math.sin(angle)];
    return [cos, -sin, tx, sin, cos, ty];
  });
const face: fc.Arbitrary<Point[]> = fc
  .array(point, { minLength: 5, maxLength: 5 })
  .filter((points) => points.some(([x, y]) => Math.hypot(x - (points[0]?.[0] ?? 0), y - (points[0]?.[1] ?? 0)) > 1));

const squaredDistance = (matrix: AffineMatrix, from: readonly Point[], to: readonly Point[]): number =>
  from.reduce((sum, p, i) => {
    const [x, y] = transformPoint(matrix, p);
    const [u, v] = to[i] as Point;
    return sum + (x - u) ** 2 + (y - v) ** 2;
  }, 0);

const mapped = (matrix: AffineMatrix, points: readonly Point[]) =>
  points.map((p) => transformPoint(matrix, p)) as unknown as FiveLandmarks;

/** Smooth, so that half a pixel is no cliff; every channel another. */
function picture(width: number, height: number, channels = 3): Image {
  const data = Uint8Array.from({ length: width * height * channels }, (_, i) => {
    const [x, y, c] = [Math.floor(i / channels) % width, Math.floor(i / channels / width), i % channels];
    return 128 + 60 * Math.sin(0.11 * x + c) + 60 * Math.cos(0.07 * y - c);
  });
  return { width, height, data };
}

const largestDifference = (a: Image, b: Image): number =>
  Array.from(a.data).reduce((most, value, i) => Math.max(most, Math.abs(value - (b.data[i] ?? Number.NaN))), 0);

describe('estimateSimilarity', () => {
  it('recovers a known similarity from the points that it moved', () => {
    fc.assert(
      fc.property(face, similarity, (points, truth) => {
        const found = estimateSimilarity(points, mapped(truth, points));
        for (const [i, value] of found.entries()) expect(value).toBeCloseTo(truth[i] as number, 5);
      }),
    );
  });

  it('is the least: no similarity near it brings the points nearer', () => {
    const nudge = fc.tuple(number(-0.01, 0.01), number(-0.01, 0.01), number(-1, 1), number(-1, 1));
    fc.assert(
      fc.property(face, face, nudge, (from, to, [da, dc, dx, dy]) => {
        let best: AffineMatrix;
        try {
          best = estimateSimilarity(from, to);
        } catch {
          fc.pre(false);
          return;
        }
        const [a, , tx, c, , ty] = best;
        const other: AffineMatrix = [a + da, -(c + dc), tx + dx, c + dc, a + da, ty + dy];
        const least = squaredDistance(best, from, to);
        expect(least).toBeLessThanOrEqual(squaredDistance(other, from, to) + 1e-6 * (1 + least));
      }),
    );
  });

  it('never mirrors: a mirrored face gets the best rotation', () => {
    const mirror = SPHEREFACE_96x112.map(([x, y]): Point => [-x, y]);
    fc.assert(
      fc.property(similarity, (turn) => {
        const [a, b, , c, d] = estimateSimilarity(mapped(turn, mirror), SPHEREFACE_96x112);
        expect(a * d - b * c).toBeGreaterThan(0);
        expect(a).toBe(d);
        expect(b).toBe(-c);
      }),
    );
  });

  it('refuses points that say nothing, naming them', () => {
    const one: Point = [3, 4];
    const five = [one, one, one, one, one];
    expect(() => estimateSimilarity(five, SPHEREFACE_96x112)).toThrow(/\(3, 4\).* lie all in one place/);
    expect(() => estimateSimilarity(SPHEREFACE_96x112, five)).toThrow(/the best scale is 0/);
    expect(() => estimateSimilarity([one, [Number.NaN, 0]], [one, [1, 1]])).toThrow(/not all finite/);
    expect(() => estimateSimilarity([one], [one])).toThrow(/two or more pairs of points, not 1 and 1/);
    expect(() => estimateSimilarity([one, one], [one])).toThrow(/not 2 and 1/);
  });
});

describe('invertAffine', () => {
  it('undoes a similarity, either way round', () => {
    fc.assert(
      fc.property(similarity, point, (matrix, p) => {
        const there = transformPoint(invertAffine(matrix), transformPoint(matrix, p));
        expect(there[0]).toBeCloseTo(p[0], 6);
        expect(there[1]).toBeCloseTo(p[1], 6);
      }),
    );
    expect(() => invertAffine([1, 2, 0, 2, 4, 0])).toThrow(/has no inverse/);
  });
});

describe('warpAffine', () => {
  it('by the identity gives the very picture, of RGB and of RGBA', () => {
    const rgb = picture(37, 23);
    expect(warpAffine(rgb, IDENTITY, 37, 23).data).toEqual(rgb.data);
    const rgba = new Uint8ClampedArray(37 * 23 * 4).map((_, i) => (i % 4 === 3 ? 7 : (rgb.data[i - (i >> 2)] ?? 0)));
    expect(warpAffine({ ...rgb, data: rgba }, IDENTITY, 37, 23).data).toEqual(rgb.data);
  });

  it('by quarter turns moves pixels whole, and four of them give the picture back', () => {
    const start = picture(31, 31);
    const quarter: AffineMatrix = [0, -1, 30, 1, 0, 0]; // (x, y) to (30 - y, x)
    const once = warpAffine(start, quarter, 31, 31);
    const at = (image: Image, x: number, y: number) =>
      Array.from(image.data.subarray((y * 31 + x) * 3, (y * 31 + x) * 3 + 3));
    expect(at(once, 30 - 4, 9)).toEqual(at(start, 9, 4));
    const [two, three] = [warpAffine(once, quarter, 31, 31), () => warpAffine(two, quarter, 31, 31)];
    expect(warpAffine(three(), quarter, 31, 31).data).toEqual(start.data);
  });

  it('by whole shifts moves the picture and leaves black behind', () => {
    fc.assert(
      fc.property(fc.integer({ min: -40, max: 40 }), fc.integer({ min: -40, max: 40 }), (dx, dy) => {
        const image = picture(17, 13);
        const moved = warpAffine(image, [1, 0, dx, 0, 1, dy], 17, 13);
        for (let y = 0; y < 13; y++) {
          for (let x = 0; x < 17; x++) {
            const inside = x - dx >= 0 && x - dx < 17 && y - dy >= 0 && y - dy < 13;
            const expected = inside ? image.data[((y - dy) * 17 + x - dx) * 3] : 0;
            expect(moved.data[(y * 17 + x) * 3]).toBe(expected);
          }
        }
      }),
      { numRuns: 50 },
    );
  });

  it('agrees with exact bilinear interpolation to what 1/32 of a pixel makes', () => {
    fc.assert(
      fc.property(similarity, (matrix) => {
        const image = picture(60, 50);
        const warped = warpAffine(image, matrix, 20, 20);
        const inverse = invertAffine(matrix);
        const pixel = (x: number, y: number) =>
          x < 0 || y < 0 || x >= 60 || y >= 50 ? 0 : (image.data[(y * 60 + x) * 3] as number);
        for (let i = 0; i < 400; i++) {
          const [x, y] = transformPoint(inverse, [i % 20, Math.floor(i / 20)]);
          const [left, top] = [Math.floor(x), Math.floor(y)];
          const [fx, fy] = [x - left, y - top];
          const exact =
            (1 - fy) * ((1 - fx) * pixel(left, top) + fx * pixel(left + 1, top)) +
            fy * ((1 - fx) * pixel(left, top + 1) + fx * pixel(left + 1, top + 1));
          // Half a step of 1/32 along each axis, times the steepest slope: 7 inside, 255 where the black begins.
          const edge = x < 0.1 || y < 0.1 || x > 58.9 || y > 48.9;
          expect(Math.abs((warped.data[3 * i] as number) - exact)).toBeLessThan(edge ? 10 : 1.5);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('survives matrices that look far outside of the picture: all is black', () => {
    const image = picture(8, 8);
    for (const scale of [1e-9, 1e-100, 1, 1e9]) {
      const { data } = warpAffine(image, [scale, 0, 1e12, 0, scale, -1e12], 8, 8);
      expect(data.every((value) => value === 0)).toBe(true);
    }
  });

  it('refuses pictures and sizes that cannot be', () => {
    expect(() => warpAffine({ width: 4, height: 4, data: new Uint8Array(16) }, IDENTITY, 4, 4)).toThrow(
      /48 bytes .* not 16/,
    );
    expect(() => warpAffine(picture(4, 4), IDENTITY, 0, 4)).toThrow(/0 x 4/);
    expect(() => warpAffine(picture(4, 4), [1, 0, Number.NaN, 0, 1, 0], 4, 4)).toThrow(/no inverse/);
  });
});

describe('alignFace', () => {
  it('moves nothing of a face that is aligned already', () => {
    for (const size of [112, 224, 96]) {
      const crop = picture(size, size);
      expect(largestDifference(alignFace(crop, arcfaceTemplate(size), { size }), crop)).toBe(0);
    }
  });

  it('brings the landmarks of any face onto the template, at any size', () => {
    fc.assert(
      fc.property(similarity, fc.integer({ min: 8, max: 512 }), (pose, size) => {
        const matrix = alignmentMatrix(mapped(pose, arcfaceTemplate()), { size });
        const landed = mapped(matrix, mapped(pose, arcfaceTemplate()));
        for (const [i, [x, y]] of arcfaceTemplate(size).entries()) {
          expect(landed[i]?.[0]).toBeCloseTo(x, 6);
          expect(landed[i]?.[1]).toBeCloseTo(y, 6);
        }
      }),
    );
  });

  it('gives nearly the same crop of a photo and of the photo turned', () => {
    const photo = picture(200, 200);
    const marks = mapped([0.8, -0.2, 60, 0.2, 0.8, 40], arcfaceTemplate());
    const quarter: AffineMatrix = [0, -1, 199, 1, 0, 0];
    const turned = warpAffine(photo, quarter, 200, 200);
    expect(largestDifference(alignFace(turned, mapped(quarter, marks)), alignFace(photo, marks))).toBeLessThanOrEqual(
      2,
    );
  });

  it('has the template of 112 pixels 8 to the right of that of 96, and refuses sizes that are no crops', () => {
    expect(arcfaceTemplate().map(([x]) => x - 8)).toEqual(SPHEREFACE_96x112.map(([x]) => expect.closeTo(x, 10)));
    expect(() => arcfaceTemplate(7)).toThrow(/from 8 to 4096 pixels, not 7/);
    expect(() => arcfaceTemplate(112.5)).toThrow(/not 112.5/);
  });
});

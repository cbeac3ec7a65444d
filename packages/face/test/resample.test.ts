import fc from 'fast-check';
import type { Image } from 'pocketnet/align';
import { describe, expect, it } from 'vitest';
import { type Region, resample } from '../dist/images/resample.js';

const picture = (width: number, height: number, channels: number): Image => ({
  ...{ width, height },
  data: Uint8Array.from({ length: width * height * channels }, (_, i) => (i * 2654435761) >>> 24),
});

/** By the definition, in floats: the mean of what a pixel covers, or what stands between four centres; black beyond. */
function oracle(image: Image, { x, y, width, height }: Region, across: number, down: number): number[] {
  const channels = image.data.length / (image.width * image.height);
  const at = (column: number, row: number, c: number): number =>
    column < 0 || row < 0 || column >= image.width || row >= image.height
      ? 0
      : (image.data[channels * (row * image.width + column) + c] ?? 0);
  const taps = (start: number, scale: number): [number, number][] => {
    if (scale < 1) {
      const centre = start + scale / 2 - 0.5;
      const left = Math.floor(centre);
      return [
        [left, 1 - (centre - left)],
        [left + 1, centre - left],
      ];
    }
    const found: [number, number][] = [];
    for (let i = Math.floor(start); i < start + scale; i++)
      found.push([i, (Math.min(i + 1, start + scale) - Math.max(i, start)) / scale]);
    return found;
  };
  const out: number[] = [];
  for (let row = 0; row < down; row++)
    for (let column = 0; column < across; column++)
      for (let c = 0; c < 3; c++) {
        let sum = 0;
        for (const [j, v] of taps(y + (row * height) / down, height / down))
          for (const [i, u] of taps(x + (column * width) / across, width / across)) sum += u * v * at(i, j, c);
        out.push(sum);
      }
  return out;
}

describe('resample', () => {
  it('of the whole picture at its size gives the very picture, of RGB and of RGBA', () => {
    const image = picture(13, 7, 3);
    const whole = { x: 0, y: 0, width: 13, height: 7 };
    expect(resample(image, whole, 13, 7).data).toEqual(image.data);
    const rgba = picture(13, 7, 4);
    const rgb = Uint8Array.from({ length: 13 * 7 * 3 }, (_, i) => rgba.data[4 * Math.floor(i / 3) + (i % 3)] ?? 0);
    expect(resample(rgba, whole, 13, 7).data).toEqual(rgb);
  });

  it('is its definition to one grey level, for any region and size', () => {
    const side = fc.integer({ min: 1, max: 24 });
    const place = fc.double({ min: -12, max: 12, noNaN: true });
    const extent = fc.double({ min: 0.5, max: 40, noNaN: true });
    fc.assert(
      fc.property(side, side, side, side, place, place, extent, extent, fc.constantFrom(3, 4), (...given) => {
        const [w, h, across, down, x, y, width, height, channels] = given;
        const image = picture(w, h, channels);
        const region = { x, y, width, height };
        const { data } = resample(image, region, across, down);
        const expected = oracle(image, region, across, down);
        for (const [i, value] of data.entries()) expect(Math.abs(value - (expected[i] ?? 0))).toBeLessThan(1);
      }),
      { numRuns: 200 },
    );
  });

  it('keeps what is white white, at any size', () => {
    const white = { width: 50, height: 40, data: new Uint8Array(50 * 40 * 3).fill(255) };
    for (const [across, down] of [
      [1, 1],
      [7, 11],
      [49, 39],
      [90, 3],
    ] as const) {
      const { data } = resample(white, { x: 1, y: 1, width: 48, height: 38 }, across, down);
      expect(data.every((value) => value === 255)).toBe(true);
    }
  });
});

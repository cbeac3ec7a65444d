import { compareRuns } from '@pocketnet/onnx';
import { describe, expect, it } from 'vitest';

describe('compareRuns', () => {
  it('relates the largest difference to the largest magnitude of the reference', () => {
    expect(compareRuns([1, -8, 0], [1, -8.5, 0.25])).toEqual({
      maxAbsolute: 0.5,
      maxRelative: 0.0625,
      index: 1,
      length: 3,
    });
    expect(compareRuns(Float32Array.of(1, 2), [1, 2])).toEqual({
      maxAbsolute: 0,
      maxRelative: 0,
      index: -1,
      length: 2,
    });
  });

  it('never lets a value pass that is not finite on one side only', () => {
    for (const [reference, actual] of [
      [
        [1, Number.NaN],
        [1, 2],
      ],
      [
        [1, 2],
        [1, Number.NaN],
      ],
      [
        [1, Infinity],
        [1, -Infinity],
      ],
    ] as const)
      expect(compareRuns(reference, actual)).toMatchObject({ maxAbsolute: Infinity, maxRelative: Infinity, index: 1 });
    expect(compareRuns([Number.NaN, 1], [Number.NaN, 1]).maxAbsolute).toBe(0);
  });

  it('counts any difference from an all-zero reference as infinite, relatively', () => {
    expect(compareRuns([0, 0], [0, 1e-9])).toMatchObject({ maxAbsolute: 1e-9, maxRelative: Infinity });
    expect(compareRuns([0, -0], [0, 0])).toMatchObject({ maxAbsolute: 0, maxRelative: 0, index: -1 });
  });

  it('refuses runs of different lengths, and empty ones', () => {
    expect(() => compareRuns([1], [1, 2])).toThrow(/1 and 2 numbers/);
    expect(() => compareRuns([], [])).toThrow(/not empty/);
  });
});

import { fromHalf, toHalf } from '@pocketnet/files';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

describe('Halves', () => {
  it('are the nearest there are, ties to even, and come back exactly', () => {
    for (let bits = 0; bits < 2 ** 16; bits++) {
      const value = fromHalf(bits);
      if (!Number.isNaN(value)) expect(toHalf(value)).toBe(bits);
    }
    expect(
      [1 + 2 ** -11, 1 + 3 * 2 ** -11, 65_519, 65_520, 2 ** -25, 1.5 * 2 ** -24].map((x) => fromHalf(toHalf(x))),
    ).toEqual([1, 1 + 2 ** -9, 65_504, Number.POSITIVE_INFINITY, 0, 2 ** -23]);
    fc.assert(
      fc.property(fc.double({ min: -60_000, max: 60_000, noNaN: true }), (value) => {
        const [half, single] = [fromHalf(toHalf(value)), Math.fround(value)];
        expect(Math.abs(half - single)).toBeLessThanOrEqual(Math.max(Math.abs(single) * 2 ** -11, 2 ** -25));
      }),
    );
  });
});

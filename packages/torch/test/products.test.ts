import { engineInfo, manualSeed, nn, noGrad, operator, ops, scope, setThreads, type Tensor } from '@pocketnet/torch';
import { afterAll, describe, expect, test } from 'vitest';

const mm = operator<[self: Tensor, other: Tensor], Tensor>('aten::mm');
const threads = engineInfo().threads;
afterAll(() => setThreads(threads));

describe('Inner products of rows', () => {
  test.each([
    [1, 1, 1],
    [3, 5, 2],
    [17, 131, 128],
    [70, 64, 33],
    [0, 4, 8],
    [4, 0, 8],
  ])('are those of mm, for %i and %i rows of %i', (lefts, rights, width) => {
    scope(() => {
      manualSeed(3);
      const [left, right] = [ops.randn([lefts, width]), ops.randn([rights, width])];
      const out = ops.full([lefts, rights], Number.NaN);
      const exact = mm(ops.toDtype(left, 'float64'), ops.transpose(ops.toDtype(right, 'float64'), 0, 1));
      const results = [1, 2].map((count) => {
        setThreads(count);
        return ops.innerProducts_(left, right, out).toFloat32();
      });
      expect(results[1]).toEqual(results[0]);
      const expected = exact.toArray();
      for (const [i, value] of (results[0] ?? []).entries())
        expect(Math.abs(value - Number(expected[i]))).toBeLessThan(1e-6 * width + 1e-6);
    });
  });

  test('say what does not fit', () => {
    scope(() => {
      const [left, right] = [ops.zeros([2, 3]), ops.zeros([4, 3])];
      expect(() => ops.innerProducts_(left, ops.zeros([4, 5]), ops.zeros([2, 4]))).toThrow(
        /rows of 3 numbers, right of 5/,
      );
      expect(() => ops.innerProducts_(left, right, ops.zeros([4, 2]))).toThrow(/out must be \[2, 4\]/);
      expect(() => ops.innerProducts_(left, ops.transpose(ops.zeros([3, 4]), 0, 1), ops.zeros([2, 4]))).toThrow(
        /contiguous float32/,
      );
      const learned = new nn.Parameter(left);
      expect(() => ops.innerProducts_(learned, right, ops.zeros([2, 4]))).toThrow(/no derivative/);
      expect(noGrad(() => ops.innerProducts_(learned, right, ops.zeros([2, 4]))).shape).toEqual([2, 4]);
    });
  });
});

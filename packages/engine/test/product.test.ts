import { setFlagsFromString } from 'node:v8';
import { FORMS, formRuns, openProduct } from '@pocketnet/engine';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

setFlagsFromString('--experimental-wasm-relaxed-simd'); // Node 20 hides them

describe.each(FORMS.filter(formRuns))('the product of matrices, %s', (form) => {
  const product = openProduct(form);

  it('gives whole numbers exactly, for blocks of any size', () => {
    const size = fc.integer({ min: 0, max: 40 });
    fc.assert(
      fc.property(size, size, fc.integer({ min: 1, max: 50 }), (lefts, rights, width) => {
        const left = Float32Array.from({ length: lefts * width }, (_, i) => ((7 * i) % 31) - 15);
        const right = Float32Array.from({ length: rights * width }, (_, i) => ((11 * i) % 29) - 14);
        const scores = new Float32Array(lefts * rights).fill(Number.NaN);
        product(left, right, width, scores);
        const expected = scores.map((_, i) => {
          const [p, g] = [Math.floor(i / rights), i % rights];
          let sum = 0;
          for (let k = 0; k < width; k++) sum += (left[p * width + k] ?? 0) * (right[g * width + k] ?? 0);
          return sum;
        });
        expect(scores).toEqual(expected);
      }),
    );
  });
});

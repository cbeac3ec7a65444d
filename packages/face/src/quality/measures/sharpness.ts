import { middleLuminance } from '../luminance.js';
import { atLeast, type Measure } from '../measure.js';

/**
 * Detail at two pixels of the aligned crop over detail at four: the ratio of the root mean squares of the Laplacian taken at both steps (after
 * Pech-Pacheco et al., "Diatom autofocusing in brightfield microscopy", ICPR 2000, whose single one depends on light and skin as much as on blur).
 * A sharp crop has about 0.5; where all detail is coarse, it comes down to a quarter. Thresholds: `lfw_people` blurred by σ = 2 and σ = 3 pixels
 * has 0.34 and 0.30 in the median, and its templates keep cosines of 0.93 and 0.75 to their own.
 */
export const sharpness: Measure = {
  name: 'sharpness',
  what: 'detail at two pixels of the aligned crop, of that at four',
  judge({ crop }) {
    const { side, values } = middleLuminance(crop);
    const coarse = laplacian(values, side, 4);
    const value = coarse > 0 ? laplacian(values, side, 2) / coarse : 0;
    const verdict = atLeast(value, 0.36, 0.31);
    const sentence =
      verdict === 'good'
        ? 'Sharp.'
        : `${verdict === 'bad' ? 'Blurred' : 'A little blurred'}: hold still, clean the lens, give more light.`;
    return { value, verdict, sentence };
  },
};

/** Root mean square of the Laplacian, its neighbours so many pixels away. */
function laplacian(values: Float32Array, side: number, step: number): number {
  const at = (x: number, y: number): number => values[y * side + x] as number; // inside by the loops' bounds
  let squares = 0;
  for (let y = step; y < side - step; y++)
    for (let x = step; x < side - step; x++)
      squares += (4 * at(x, y) - at(x - step, y) - at(x + step, y) - at(x, y - step) - at(x, y + step)) ** 2;
  return Math.sqrt(squares) / (side - 2 * step);
}

import { middleLuminance } from '../luminance.js';
import { atLeast, type Measure } from '../measure.js';

/**
 * Detail over contrast: the root mean square of the Laplacian (Pech-Pacheco et al., "Diatom autofocusing in brightfield microscopy", ICPR
 * 2000) over the standard deviation of the brightness, both of the aligned crop. A small face that was enlarged has as little as a blurred one.
 */
export const sharpness: Measure = {
  name: 'sharpness',
  what: 'root mean square of the Laplacian over the standard deviation of the brightness, in the aligned crop',
  judge({ crop }) {
    const value = detailOf(crop);
    const verdict = atLeast(value, 0.18, 0.12);
    const sentence =
      verdict === 'good'
        ? 'Sharp.'
        : `${verdict === 'bad' ? 'Blurred' : 'A little blurred'}: hold still, clean the lens, give more light.`;
    return { value, verdict, sentence };
  },
};

function detailOf(crop: Parameters<typeof middleLuminance>[0]): number {
  const { side, values } = middleLuminance(crop);
  const at = (x: number, y: number): number => values[y * side + x] as number; // inside by the loops' bounds
  let [squares, sum, own] = [0, 0, 0];
  for (const value of values) [sum, own] = [sum + value, own + value * value];
  for (let y = 1; y < side - 1; y++)
    for (let x = 1; x < side - 1; x++)
      squares += (4 * at(x, y) - at(x - 1, y) - at(x + 1, y) - at(x, y - 1) - at(x, y + 1)) ** 2;
  const variance = own / values.length - (sum / values.length) ** 2;
  return variance > 1 ? Math.sqrt(squares / (side - 2) ** 2 / variance) : 0;
}

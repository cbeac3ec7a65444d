import type { RgbImage } from '../align/image.js';

/** Brightness (ITU-R BT.601), 0 to 255, of a square in the middle of a crop: where the face is, whatever the hair and the background. */
export function middleLuminance({ width, height, data }: RgbImage): { side: number; values: Float32Array } {
  const side = 2 * Math.floor((MIDDLE * Math.min(width, height)) / 2);
  const [left, top] = [(width - side) / 2, Math.round((height - side) * DOWN)];
  const values = new Float32Array(side * side);
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) {
      const at = 3 * ((top + y) * width + left + x);
      values[y * side + x] =
        0.299 * (data[at] as number) + 0.587 * (data[at + 1] as number) + 0.114 * (data[at + 2] as number); // inside
    }
  return { side, values };
}

/** The square's share of the crop's side, and where the rest of the height lies: two thirds above, since the template's face lies low. */
const [MIDDLE, DOWN] = [0.6, 0.7];

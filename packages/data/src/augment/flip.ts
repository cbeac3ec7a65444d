import { blankPicture, type Picture } from '../picture/picture.js';
import { defineAugmentation } from './augmentation.js';

/** Left and right exchanged. */
export const flip = defineAugmentation({
  name: 'flip',
  about: 'mirrors left and right; give p 0.5',
  parameters: {},
  mirrors: true,
  draw: () => undefined,
  apply: (picture) => mirrored(picture),
});

/** The mirror image. */
export function mirrored({ width, height, data }: Picture): Picture {
  const flipped = blankPicture(width, height);
  const stride = width * 3;
  for (let row = 0; row < data.length; row += stride) {
    for (let x = 0; x < stride; x += 3) {
      const from = row + x;
      const to = row + stride - 3 - x;
      flipped.data[to] = data[from] as number;
      flipped.data[to + 1] = data[from + 1] as number;
      flipped.data[to + 2] = data[from + 2] as number;
    }
  }
  return flipped;
}

import { blankPicture, type Picture } from '../picture/picture.js';
import { defineAugmentation } from './augmentation.js';

/** Colour taken away, three equal channels left. */
export const grayscale = defineAugmentation({
  name: 'grayscale',
  about: 'takes the colour away',
  parameters: {},
  apply({ width, height, data }): Picture {
    const grey = blankPicture(width, height);
    for (let i = 0; i < data.length; i += 3) grey.data.fill(luma(data, i) + 0.5, i, i + 3);
    return grey;
  },
});

/** Brightness of the pixel at `i` by ITU-R BT.601, as JPEG has it. */
export function luma(data: Uint8Array, i: number): number {
  return 0.299 * (data[i] as number) + 0.587 * (data[i + 1] as number) + 0.114 * (data[i + 2] as number);
}

import { blankPicture, type Picture } from '../picture/picture.js';
import { defineAugmentation } from './augmentation.js';

/** Colour taken away, three equal channels left. */
export const grayscale = defineAugmentation({
  name: 'grayscale',
  about: 'takes the colour away',
  parameters: {},
  draw: () => undefined,
  apply({ width, height, data }): Picture {
    const grey = blankPicture(width, height);
    for (let i = 0; i < data.length; i += 3) grey.data.fill(luma(data, i) + 0.5, i, i + 3);
    return grey;
  },
});

/** Shares of red, green and blue in brightness by ITU-R BT.601, as JPEG has it. */
export const LUMA = [0.299, 0.587, 0.114] as const;

/** Brightness of the pixel at `i`. */
export function luma(data: Uint8Array, i: number): number {
  return LUMA[0] * (data[i] as number) + LUMA[1] * (data[i + 1] as number) + LUMA[2] * (data[i + 2] as number);
}

import { colour } from '@pocketnet/data';
import { ops } from '@pocketnet/torch';
import { luma } from './grayscale.js';
import { defineTensorAugmentation, perImage } from './tensor-augmentation.js';

export const colourTensor = defineTensorAugmentation({
  augmentation: colour,
  /** mean + contrast (bright (grey + saturation (x - grey)) - mean), where mean is that of bright · grey. */
  apply(images, drawn) {
    const own = drawn.map(({ bright, contrast, saturation }) => contrast * bright * saturation);
    const shared = drawn.map(({ bright, contrast, saturation }) => contrast * bright * (1 - saturation));
    const lift = drawn.map(({ bright, contrast }) => bright * (1 - contrast));
    const grey = luma(images);
    const mean = ops.meanOver(grey, [1, 2, 3], true);
    const base = ops.add(ops.mul(grey, perImage(shared, images)), ops.mul(mean, perImage(lift, images)));
    return ops.add(ops.mul(images, perImage(own, images)), base);
  },
});

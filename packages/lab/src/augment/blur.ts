import { blur, gaussianTaps } from '@pocketnet/data';
import { filterImages, filterMatrices } from './filter.js';
import { defineTensorAugmentation } from './tensor-augmentation.js';

export const blurTensor = defineTensorAugmentation({
  augmentation: blur,
  apply(images, drawn) {
    const [, , height = 0, width = 0] = images.shape;
    const along = (length: number) =>
      filterMatrices(
        drawn.map(({ sigma }) => gaussianTaps(length, sigma)),
        length,
        images,
      );
    return filterImages(images, along(width), along(height));
  },
});

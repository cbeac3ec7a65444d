import { crop, triangleTaps } from '@pocketnet/data';
import { filterImages, filterMatrices } from './filter.js';
import { defineTensorAugmentation } from './tensor-augmentation.js';

export const cropTensor = defineTensorAugmentation({
  augmentation: crop,
  apply(images, drawn) {
    const [, , height = 0, width = 0] = images.shape;
    const along = (length: number, to: (large: { width: number; height: number }) => number, firsts: number[]) =>
      filterMatrices(
        drawn.map(({ large }) => triangleTaps(length, to(large))),
        length,
        images,
        firsts.map((first) => ({ first, count: length })),
      );
    const across = along(
      width,
      (large) => large.width,
      drawn.map(({ left }) => left),
    );
    const down = along(
      height,
      (large) => large.height,
      drawn.map(({ top }) => top),
    );
    return filterImages(images, across, down);
  },
});

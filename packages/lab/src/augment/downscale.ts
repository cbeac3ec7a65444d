import { downscale, triangleTaps } from '@pocketnet/data';
import { filterImages, filterMatrices } from './filter.js';
import { defineTensorAugmentation, rounded } from './tensor-augmentation.js';

export const downscaleTensor = defineTensorAugmentation({
  augmentation: downscale,
  apply(images, drawn) {
    const [, , height = 0, width = 0] = images.shape;
    const widths = drawn.map((small) => small.width);
    const heights = drawn.map((small) => small.height);
    const shrink = (from: number, to: number[]) =>
      filterMatrices(
        to.map((each) => triangleTaps(from, each)),
        from,
        images,
      );
    const small = rounded(filterImages(images, shrink(width, widths), shrink(height, heights)));
    const enlarge = (from: number[], to: number) =>
      filterMatrices(
        from.map((each) => triangleTaps(each, to)),
        Math.max(...from),
        images,
      );
    return filterImages(small, enlarge(widths, width), enlarge(heights, height));
  },
});

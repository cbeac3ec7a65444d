import { grayscale, LUMA } from '@pocketnet/data';
import { fromArray, ops, type Tensor } from '@pocketnet/torch';
import { defineTensorAugmentation } from './tensor-augmentation.js';

export const grayscaleTensor = defineTensorAugmentation({
  augmentation: grayscale,
  apply(images) {
    const grey = luma(images);
    return ops.cat([grey, grey, grey], 1);
  },
});

/** Brightness of every pixel, [n, 1, h, w]. */
export function luma(images: Tensor): Tensor {
  const shares = ops.toDevice(fromArray(Float32Array.from(LUMA), [1, 3, 1, 1]), images.device, 'float32');
  return ops.sumOver(ops.mul(images, shares), [1], true);
}

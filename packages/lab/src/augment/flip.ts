import { flip } from '@pocketnet/data';
import { ops } from '@pocketnet/torch';
import { defineTensorAugmentation } from './tensor-augmentation.js';

export const flipTensor = defineTensorAugmentation({
  augmentation: flip,
  apply: (images) => ops.flip(images, [3]),
});

import { occlusion } from '@pocketnet/data';
import { fromArray, ops } from '@pocketnet/torch';
import { defineTensorAugmentation } from './tensor-augmentation.js';

export const occlusionTensor = defineTensorAugmentation({
  augmentation: occlusion,
  /** Which pixels are covered, and by what, is laid out here and travels as two small tensors. */
  apply(images, drawn) {
    const [n = 0, , height = 0, width = 0] = images.shape;
    const covered = new Uint8Array(n * height * width);
    const covers = new Float32Array(n * 3 * height * width);
    for (const [i, { left, top, wide, colour, grain }] of drawn.entries()) {
      for (const [k, noise] of grain.entries()) {
        const at = (top + Math.floor(k / wide)) * width + left + (k % wide);
        covered[i * height * width + at] = 1;
        for (const [channel, level] of colour.entries())
          covers[(i * 3 + channel) * height * width + at] = level + noise;
      }
    }
    const mask = ops.toDevice(fromArray(covered, [n, 1, height, width], 'bool'), images.device, 'bool');
    return ops.where(mask, ops.toDevice(fromArray(covers, [n, 3, height, width]), images.device, 'float32'), images);
  },
});

import type { Augmentation } from '@pocketnet/data';
import { fromArray, ops } from '@pocketnet/torch';
import type { TensorAugmentation } from './tensor-augmentation.js';

/**
 * The executor of an augmentation that has none of its own on tensors: the images go to the host, each is varied as a picture, and they come
 * back. It gives what pictures get, to the byte, and costs a GPU the way to the host.
 */
export const onPictures = (augmentation: Augmentation): TensorAugmentation => ({
  augmentation,
  apply(images, drawn) {
    const [n = 0, channels = 3, height = 0, width = 0] = images.shape;
    const host = ops.permute(ops.toDevice(images, 'cpu', 'float32'), [0, 2, 3, 1]).toFloat32();
    const perImage = height * width * channels;
    for (const [i, each] of drawn.entries()) {
      const data = Uint8Array.from(host.subarray(i * perImage, (i + 1) * perImage));
      host.set(augmentation.apply({ width, height, data }, each).data, i * perImage);
    }
    return ops.toDevice(
      ops.contiguous(ops.permute(fromArray(host, [n, height, width, channels]), [0, 3, 1, 2])),
      images.device,
      'float32',
    );
  },
});

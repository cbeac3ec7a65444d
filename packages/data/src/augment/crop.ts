import { blankPicture, type Picture } from '../picture/picture.js';
import { resizePicture } from '../picture/resize.js';
import { defineAugmentation } from './augmentation.js';

/** Enlarges and cuts a window of the original size out at a random place: Resize(128) -> RandomCrop(112) of the search. */
export const crop = defineAugmentation({
  name: 'crop',
  about: 'enlarges and cuts out a window of the original size',
  parameters: {
    scale: { default: 128 / 112, min: 1, max: 4, about: 'enlargement before the cut: 128/112, or 38/32 for CIFAR-10' },
  },
  apply(picture, random, { scale }): Picture {
    const { width, height } = picture;
    const large = resizePicture(picture, Math.round(width * scale), Math.round(height * scale));
    const left = random.int(large.width - width + 1);
    const top = random.int(large.height - height + 1);
    const window = blankPicture(width, height);
    for (let y = 0; y < height; y++) {
      const from = ((top + y) * large.width + left) * 3;
      window.data.set(large.data.subarray(from, from + width * 3), y * width * 3);
    }
    return window;
  },
});

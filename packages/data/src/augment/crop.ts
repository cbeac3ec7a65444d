import { blankPicture } from '../picture/picture.js';
import { resizePicture } from '../picture/resize.js';
import { defineAugmentation } from './augmentation.js';

/** Enlarges and cuts a window of the original size out at a random place: Resize(128) -> RandomCrop(112) of the search. */
export const crop = defineAugmentation({
  name: 'crop',
  about: 'enlarges and cuts out a window of the original size',
  parameters: {
    scale: { default: 128 / 112, min: 1, max: 4, about: 'enlargement before the cut: 128/112, or 38/32 for CIFAR-10' },
  },
  /** The enlarged size, and the window's corner in it. */
  draw(random, { scale }, { width, height }) {
    const large = { width: Math.round(width * scale), height: Math.round(height * scale) };
    return { large, left: random.int(large.width - width + 1), top: random.int(large.height - height + 1) };
  },
  apply(picture, { large, left, top }) {
    const { width, height } = picture;
    const enlarged = resizePicture(picture, large.width, large.height);
    const window = blankPicture(width, height);
    for (let y = 0; y < height; y++) {
      const from = ((top + y) * large.width + left) * 3;
      window.data.set(enlarged.data.subarray(from, from + width * 3), y * width * 3);
    }
    return window;
  },
});

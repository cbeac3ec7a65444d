import { resizePicture } from '../picture/resize.js';
import { defineAugmentation } from './augmentation.js';

/** Shrinks and enlarges again, as a face far from the camera looks (the low-resolution augmentation of AdaFace). */
export const downscale = defineAugmentation({
  name: 'downscale',
  about: 'shrinks and enlarges again',
  parameters: {
    minScale: { default: 0.25, min: 0.02, max: 1, about: 'smallest size on the way, of the original' },
    maxScale: { default: 1, min: 0.02, max: 1, about: 'largest size on the way, of the original' },
  },
  /** The size on the way. */
  draw(random, { minScale, maxScale }, { width, height }) {
    const scale = random.between(Math.min(minScale, maxScale), maxScale);
    return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
  },
  apply: (picture, small) =>
    resizePicture(resizePicture(picture, small.width, small.height), picture.width, picture.height),
});

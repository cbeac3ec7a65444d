import type { Picture } from '../picture/picture.js';
import { defineAugmentation } from './augmentation.js';

/** Random Erasing (Zhong et al., arXiv 1708.04896): a rectangle is covered by noise around one colour. */
export const occlusion = defineAugmentation({
  name: 'occlusion',
  about: 'covers a rectangle',
  parameters: {
    minArea: { default: 0.02, min: 0, max: 1, about: 'smallest covered part of the picture' },
    maxArea: { default: 0.2, min: 0, max: 1, about: 'largest covered part of the picture' },
    maxAspect: { default: 3, min: 1, max: 20, about: 'largest ratio of the longer side to the shorter' },
    noise: { default: 24, min: 0, max: 255, about: 'deviation of the noise in the rectangle, in grey levels' },
  },
  /** The rectangle, its colour, and what is added to the colour at each of its pixels, row by row. */
  draw(random, { minArea, maxArea, maxAspect, noise }, { width, height }) {
    const area = random.between(Math.min(minArea, maxArea), maxArea) * width * height;
    const aspect = maxAspect ** random.between(-1, 1);
    const wide = Math.min(width, Math.round(Math.sqrt(area * aspect)));
    const high = Math.min(height, Math.round(Math.sqrt(area / aspect)));
    const left = random.int(width - wide + 1);
    const top = random.int(height - high + 1);
    const colour = [random.int(256), random.int(256), random.int(256)] as const;
    const grain = Float32Array.from({ length: wide * high }, () => noise * random.normal());
    return { left, top, wide, high, colour, grain };
  },
  apply({ width, height, data }, { left, top, wide, colour, grain }): Picture {
    const covered = { width, height, data: data.slice() };
    for (let i = 0; i < grain.length; i++) {
      const at = ((top + Math.floor(i / wide)) * width + left + (i % wide)) * 3;
      for (let channel = 0; channel < 3; channel++) {
        const value = (colour[channel] as number) + (grain[i] as number) + 0.5;
        covered.data[at + channel] = Math.min(255, Math.max(0, value));
      }
    }
    return covered;
  },
});

import { blankPicture, type Picture } from '../picture/picture.js';
import { defineAugmentation } from './augmentation.js';
import { luma } from './grayscale.js';

const strength = (about: string, value: number) => ({ default: value, min: 0, max: 1, about });

/**
 * Brightness, contrast and saturation, each by a factor drawn from [1 - strength, 1 + strength]: torchvision's
 * ColorJitter in that fixed order, without hue.
 */
export const colour = defineAugmentation({
  name: 'colour',
  about: 'varies brightness, contrast and saturation',
  parameters: {
    brightness: strength('greatest relative change of brightness', 0.3),
    contrast: strength('greatest relative change of contrast', 0.3),
    saturation: strength('greatest relative change of saturation', 0.3),
  },
  /** The three factors. */
  draw: (random, { brightness, contrast, saturation }) => ({
    bright: random.between(1 - brightness, 1 + brightness),
    contrast: random.between(1 - contrast, 1 + contrast),
    saturation: random.between(1 - saturation, 1 + saturation),
  }),
  apply({ width, height, data }, { bright, contrast, saturation }): Picture {
    let mean = 0;
    for (let i = 0; i < data.length; i += 3) mean += luma(data, i);
    mean *= (bright * 3) / data.length;

    // One channel: clamp(mean + contrast (bright (grey + saturation (x - grey)) - mean)).
    const lift = mean * (1 - contrast) + 0.5;
    const own = contrast * bright * saturation;
    const shared = contrast * bright * (1 - saturation);
    const varied = blankPicture(width, height);
    for (let i = 0; i < data.length; i += 3) {
      const base = lift + shared * luma(data, i);
      for (let channel = i; channel < i + 3; channel++) {
        varied.data[channel] = Math.min(255, Math.max(0, base + own * (data[channel] as number)));
      }
    }
    return varied;
  },
});

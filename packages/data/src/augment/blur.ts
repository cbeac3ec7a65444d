import { filterPicture, type Taps, tapsOf } from '../picture/filter.js';
import type { Picture } from '../picture/picture.js';
import { defineAugmentation } from './augmentation.js';

/** Gaussian blur: a lens out of focus. */
export const blur = defineAugmentation({
  name: 'blur',
  about: 'blurs with a Gaussian',
  parameters: {
    minSigma: { default: 0.3, min: 0.05, max: 20, about: 'smallest deviation of the Gaussian in pixels' },
    maxSigma: { default: 1.5, min: 0.05, max: 20, about: 'largest deviation of the Gaussian in pixels' },
  },
  draw: (random, { minSigma, maxSigma }) => ({ sigma: random.between(Math.min(minSigma, maxSigma), maxSigma) }),
  apply: (picture, { sigma }) => blurred(picture, sigma),
});

/** Convolves with a Gaussian of deviation `sigma` pixels, cut at 3 sigma; the edge pixels go on beyond the edge. */
export function blurred(picture: Picture, sigma: number): Picture {
  return filterPicture(picture, gaussianTaps(picture.width, sigma), gaussianTaps(picture.height, sigma));
}

/** That Gaussian along an axis of `length` pixels. */
export function gaussianTaps(length: number, sigma: number): Taps {
  const radius = Math.max(1, Math.ceil(3 * sigma));
  const raw = Array.from({ length: 2 * radius + 1 }, (_, i) => Math.exp(-((i - radius) ** 2) / (2 * sigma ** 2)));
  const total = raw.reduce((sum, weight) => sum + weight, 0);
  return tapsOf(length, (target) =>
    raw.map((weight, i) => [Math.min(length - 1, Math.max(0, target + i - radius)), weight / total] as const),
  );
}

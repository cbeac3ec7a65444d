import { blankPicture, type Picture } from '../picture/picture.js';
import { defineAugmentation } from './augmentation.js';

/** Gaussian blur: a lens out of focus. */
export const blur = defineAugmentation({
  name: 'blur',
  about: 'blurs with a Gaussian',
  parameters: {
    minSigma: { default: 0.3, min: 0.05, max: 20, about: 'smallest deviation of the Gaussian in pixels' },
    maxSigma: { default: 1.5, min: 0.05, max: 20, about: 'largest deviation of the Gaussian in pixels' },
  },
  apply: (picture, random, { minSigma, maxSigma }) =>
    blurred(picture, random.between(Math.min(minSigma, maxSigma), maxSigma)),
});

/** Convolves with a Gaussian of deviation `sigma` pixels, cut at 3 sigma; the edge pixels go on beyond the edge. */
export function blurred({ width, height, data }: Picture, sigma: number): Picture {
  const kernel = gaussian(sigma);
  const rows = new Float32Array(data.length);
  convolve(data, rows, kernel, { lines: height, lineStride: width * 3, count: width, stride: 3 });
  const both = new Float32Array(data.length);
  convolve(rows, both, kernel, { lines: width, lineStride: 3, count: height, stride: width * 3 });
  const result = blankPicture(width, height);
  for (let i = 0; i < both.length; i++) result.data[i] = (both[i] as number) + 0.5;
  return result;
}

function gaussian(sigma: number): Float32Array {
  const radius = Math.max(1, Math.ceil(3 * sigma));
  const kernel = Float32Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-((i - radius) ** 2) / (2 * sigma ** 2)),
  );
  const total = kernel.reduce((sum, weight) => sum + weight, 0);
  return kernel.map((weight) => weight / total);
}

/** Which way one pass runs: along `lines` lines of `count` pixels, `stride` apart in memory. */
interface Pass {
  lines: number;
  lineStride: number;
  count: number;
  stride: number;
}

function convolve(from: Uint8Array | Float32Array, to: Float32Array, kernel: Float32Array, pass: Pass): void {
  const radius = kernel.length >> 1;
  for (let line = 0; line < pass.lines; line++) {
    const start = line * pass.lineStride;
    for (let at = 0; at < pass.count; at++) {
      let [r, g, b] = [0, 0, 0];
      for (let tap = -radius; tap <= radius; tap++) {
        const source = start + Math.min(pass.count - 1, Math.max(0, at + tap)) * pass.stride;
        const weight = kernel[tap + radius] as number;
        r += weight * (from[source] as number);
        g += weight * (from[source + 1] as number);
        b += weight * (from[source + 2] as number);
      }
      const target = start + at * pass.stride;
      to[target] = r;
      to[target + 1] = g;
      to[target + 2] = b;
    }
  }
}

import { type AffineMatrix, invertAffine, transformPoint } from '../align/affine.js';
import type { Image, RgbImage } from '../align/image.js';
import { warpAffine } from '../align/warp.js';
import { resample } from './resample.js';

/**
 * Warps a picture by a similarity as {@link warpAffine} does, which takes single pixels: where it shrinks to half or less, the part that
 * it needs is first shrunk by a whole factor, so that nothing aliases. In whole numbers, or exactly rounded.
 *
 * @param matrix from the picture to the result: rotation, one scale, shift
 */
export function smoothWarp(image: Image, matrix: AffineMatrix, width: number, height: number): RgbImage {
  const [a, b, tx, c, d, ty] = matrix;
  const factor = Math.floor(1 / Math.sqrt(a * a + c * c));
  if (factor < 2) return warpAffine(image, matrix, width, height);
  const part = partOf(image, matrix, width, height, factor);
  const shrunk = resample(image, part, part.width / factor, part.height / factor);
  // Pixel x of the shrunk part has its centre at part.x + factor (x + 1/2) - 1/2 of the picture.
  const [left, top] = [part.x + (factor - 1) / 2, part.y + (factor - 1) / 2];
  const moved: AffineMatrix = [
    ...[a * factor, b * factor, tx + a * left + b * top],
    ...[c * factor, d * factor, ty + c * left + d * top],
  ] as unknown as AffineMatrix; // six
  return warpAffine(shrunk, moved, width, height);
}

/** The part of a picture that becomes the result, and a little more, in whole steps of a factor. */
function partOf(image: Image, matrix: AffineMatrix, width: number, height: number, factor: number) {
  const back = invertAffine(matrix);
  const corners = [
    [-1, -1],
    [width, -1],
    [-1, height],
    [width, height],
  ] as const;
  const along = (axis: 0 | 1, size: number): [start: number, extent: number] => {
    const places = corners.map((corner) => transformPoint(back, corner)[axis]);
    const first = Math.min(size - 1, Math.max(0, Math.min(...places) - factor));
    const last = Math.max(0, Math.min(size, Math.max(...places) + factor));
    const start = factor * Math.floor(first / factor);
    return [start, factor * Math.max(1, Math.ceil((last - start) / factor))];
  };
  const [[x, across], [y, down]] = [along(0, image.width), along(1, image.height)];
  return { x, y, width: across, height: down };
}

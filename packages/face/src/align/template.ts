import type { FiveLandmarks, Point } from './point.js';

/** The mean face of SphereFace and MTCNN in a crop of 96x112; ArcFace's is the same, 8 pixels further to the right. */
export const SPHEREFACE_96x112: FiveLandmarks = [
  [30.2946, 51.6963],
  [65.5318, 51.5014],
  [48.0252, 71.7366],
  [33.5493, 92.3655],
  [62.7299, 92.2041],
];

const SIZE = 112;
/** Half of what a crop of 112x112 is wider than one of 96x112. */
const SHIFT = 8;

/**
 * Where ArcFace's networks expect the five landmarks in a square crop: the 112x112 template, its coordinates scaled by size / 112
 * for other sizes (as InsightFace does for multiples of 112).
 *
 * @param size side of the crop in pixels, whole, 8 to 4096
 */
export function arcfaceTemplate(size = SIZE): FiveLandmarks {
  if (!(Number.isInteger(size) && size >= 8 && size <= 4096)) {
    throw new RangeError(`A crop has a whole side from 8 to 4096 pixels, not ${size}.`);
  }
  const scaled = ([x, y]: Point): Point => [((x + SHIFT) * size) / SIZE, (y * size) / SIZE];
  const [leftEye, rightEye, nose, leftMouth, rightMouth] = SPHEREFACE_96x112;
  return [scaled(leftEye), scaled(rightEye), scaled(nose), scaled(leftMouth), scaled(rightMouth)];
}

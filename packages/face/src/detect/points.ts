import type { FiveLandmarks } from '../align/point.js';

/**
 * What is wrong with five points as those of a face, as a sentence; undefined where nothing is. Eyes that are swapped with each other, or mouth
 * corners, mirror the face in the eyes of whatever aligns it: its crop is then another's.
 */
export function problemOfPoints(points: FiveLandmarks): string | undefined {
  if (points.length !== 5 || !points.every((point) => point.length === 2 && point.every(Number.isFinite)))
    return 'They are not five points of two finite numbers.';
  const [leftEye, rightEye, , leftMouth, rightMouth] = points;
  const across = [rightEye[0] - leftEye[0], rightEye[1] - leftEye[1]] as const;
  const mouth = [rightMouth[0] - leftMouth[0], rightMouth[1] - leftMouth[1]] as const;
  const down = [
    leftMouth[0] + rightMouth[0] - leftEye[0] - rightEye[0],
    leftMouth[1] + rightMouth[1] - leftEye[1] - rightEye[1],
  ] as const;
  const turns = across[0] * down[1] - across[1] * down[0];
  const along = across[0] * mouth[0] + across[1] * mouth[1];
  const clearly = (product: number, a: readonly [number, number], b: readonly [number, number]): boolean =>
    product < -CLEARLY * Math.hypot(...a) * Math.hypot(...b);
  if (clearly(turns, across, down) || clearly(along, across, mouth))
    return 'Left and right are swapped. They are, as seen in the picture: left eye, right eye, nose, left corner of the mouth, right corner.';
  return undefined;
}

/** Of heads in profile the eyes, or the corners of the mouth, may just have passed each other: sine and cosine up to here are let pass. */
const CLEARLY = 0.5;

import type { FiveLandmarks, Point } from '../align/point.js';
import { areaOf, type Box, type Detection } from './detector.js';

/** Area that two boxes share over the area that they cover (IoU), 0 to 1. */
export function overlapOf(a: Box, b: Box): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  if (!(width > 0 && height > 0)) return 0;
  const shared = width * height;
  return shared / (areaOf(a) + areaOf(b) - shared);
}

/** Boxes that overlap by more than this are of one face; by more than `ALIKE`, they tell of its points as well. */
export const SAME_FACE = 0.3;
const ALIKE = 0.5;

/**
 * The faces that detections are of. In order of score, each is one unless it overlaps a face that was found before it (greedy non-maximum
 * suppression); of equal scores the earlier goes first. A face's box and points are the mean of all detections that overlap it by more than
 * half, weighted by the fourth power of their scores, as BlazeFace's are (Bazarevsky et al., 2019, section 3.4): that scatters less than
 * the points of the best alone. In sums and products, which are rounded alike everywhere.
 *
 * @param least score of a face; detections below it only lend it theirs
 */
export function facesOf(found: readonly Detection[], least: number): Detection[] {
  const faces: Detection[] = [];
  for (const each of found.toSorted((a, b) => b.score - a.score)) {
    if (each.score < least) break;
    if (faces.every(({ box }) => overlapOf(each.box, box) <= SAME_FACE)) faces.push(each);
  }
  return faces.map((face) =>
    blended(
      face.score,
      found.filter(({ box }) => overlapOf(box, face.box) > ALIKE),
    ),
  );
}

/** @param alike at least one */
function blended(score: number, alike: readonly Detection[]): Detection {
  const weights = alike.map((each) => each.score * each.score * each.score * each.score);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const mean = (of: (each: Detection) => number): number =>
    alike.reduce((sum, each, i) => sum + (weights[i] as number) * of(each), 0) / total; // as many
  const point = (i: 0 | 1 | 2 | 3 | 4): Point => [
    mean(({ points }) => points[i][0]),
    mean(({ points }) => points[i][1]),
  ];
  const points: FiveLandmarks = [point(0), point(1), point(2), point(3), point(4)];
  return {
    ...{ score, points },
    box: {
      ...{ x: mean(({ box }) => box.x), y: mean(({ box }) => box.y) },
      ...{ width: mean(({ box }) => box.width), height: mean(({ box }) => box.height) },
    },
  };
}

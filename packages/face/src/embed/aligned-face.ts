import { alignmentMatrix } from '../align/align.js';
import { channelsOf, type Image, type RgbImage } from '../align/image.js';
import type { FiveLandmarks, Point } from '../align/point.js';
import { warpAffine } from '../align/warp.js';
import { resample } from '../images/resample.js';

declare const aligned: unique symbol;

/** Side of the crops that the field's networks take. */
export const CROP = 112;

/** A face cut out as a network expects it: 112 x 112, RGB, its five points on ArcFace's template. Nothing else goes into `embed`. */
export interface AlignedFace extends RgbImage {
  /** In the types alone: it comes from `align`, or is vouched for by {@link alreadyAligned}. */
  readonly [aligned]: true;
}

/**
 * Cuts a face out by its five points. Of large faces the photo is first shrunk by a whole factor, so that nothing aliases: the warp itself
 * takes single pixels, as the field's does.
 *
 * @throws RangeError for points that no face can be aligned by
 */
export function cropFace(photo: Image, points: FiveLandmarks): AlignedFace {
  const [a, , , c] = alignmentMatrix(points);
  const factor = Math.floor(1 / Math.sqrt(a * a + c * c));
  if (factor < 2) return warpAffine(photo, alignmentMatrix(points), CROP, CROP) as AlignedFace;
  const { region, width, height } = partAround(photo, points, factor);
  const part = resample(photo, region, width, height);
  const moved = points.map(
    ([x, y]): Point => [(x + 0.5 - region.x) / factor - 0.5, (y + 0.5 - region.y) / factor - 0.5],
  ) as unknown as FiveLandmarks; // as many
  return warpAffine(part, alignmentMatrix(moved), CROP, CROP) as AlignedFace;
}

/** The part of a photo that the crop can reach, in whole steps of a factor. */
function partAround(photo: Image, points: FiveLandmarks, factor: number) {
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  // The crop's half diagonal is 80 of its pixels about its middle, the points' about 36 pixels off it at the most.
  const reach = 120 * (factor + 1);
  const along = (values: number[], size: number): [start: number, count: number] => {
    const middle = values.reduce((sum, value) => sum + value, 0) / values.length;
    const start = factor * Math.max(0, Math.floor((middle - reach) / factor));
    return [start, Math.max(1, Math.ceil((Math.min(size, middle + reach) - start) / factor))];
  };
  const [x, width] = along(xs, photo.width);
  const [y, height] = along(ys, photo.height);
  return { region: { x, y, width: width * factor, height: height * factor }, width, height };
}

/**
 * A picture that is an aligned crop already, such as a record of a training set.
 *
 * @throws RangeError where it is not 112 x 112
 */
export function alreadyAligned(image: Image): AlignedFace {
  const channels = channelsOf(image);
  const { width, height, data } = image;
  if (width !== CROP || height !== CROP)
    throw new RangeError(`An aligned face is ${CROP} x ${CROP}, not ${width} x ${height}. Detect and align it.`);
  const rgb =
    channels === 3
      ? Uint8Array.from(data)
      : Uint8Array.from({ length: 3 * CROP * CROP }, (_, i) => data[4 * Math.floor(i / 3) + (i % 3)] as number); // inside
  return { width, height, data: rgb } as AlignedFace;
}

import { alignmentMatrix } from '../align/align.js';
import { channelsOf, type Image, type RgbImage } from '../align/image.js';
import type { FiveLandmarks } from '../align/point.js';
import { smoothWarp } from '../images/smooth-warp.js';

declare const aligned: unique symbol;

/** Side of the crops that the field's networks take. */
export const CROP = 112;

/** A face cut out as a network expects it: 112 x 112, RGB, its five points on ArcFace's template. Nothing else goes into `embed`. */
export interface AlignedFace extends RgbImage {
  /** In the types alone: it comes from `align`, or is vouched for by {@link alreadyAligned}. */
  readonly [aligned]: true;
}

/**
 * Cuts a face out by its five points; of large faces the photo is shrunk first, so that nothing aliases.
 *
 * @throws RangeError for points that no face can be aligned by
 */
export const cropFace = (photo: Image, points: FiveLandmarks): AlignedFace =>
  smoothWarp(photo, alignmentMatrix(points), CROP, CROP) as AlignedFace;

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

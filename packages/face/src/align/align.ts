import type { AffineMatrix } from './affine.js';
import type { Image, RgbImage } from './image.js';
import type { FiveLandmarks } from './point.js';
import { estimateSimilarity } from './similarity.js';
import { arcfaceTemplate } from './template.js';
import { warpAffine } from './warp.js';

export interface AlignOptions {
  /** Side of the crop in pixels; 112. */
  size?: number;
}

/** The matrix that brings a face's five landmarks onto ArcFace's template. @throws RangeError for degenerate landmarks. */
export function alignmentMatrix(landmarks: FiveLandmarks, { size = 112 }: AlignOptions = {}): AffineMatrix {
  return estimateSimilarity(landmarks, arcfaceTemplate(size));
}

/**
 * Cuts a face out of a photo as recognition networks expect it: turned, scaled and shifted so that its landmarks lie on ArcFace's
 * template; black where the photo ends.
 *
 * @param photo RGB or RGBA
 * @param landmarks in pixels of the photo
 * @returns size x size, RGB
 * @throws RangeError for degenerate landmarks or a photo whose size and data do not fit together
 */
export function alignFace(photo: Image, landmarks: FiveLandmarks, options: AlignOptions = {}): RgbImage {
  const { size = 112 } = options;
  return warpAffine(photo, alignmentMatrix(landmarks, options), size, size);
}

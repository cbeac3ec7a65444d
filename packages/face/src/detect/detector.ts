import type { Image } from '../align/image.js';
import type { FiveLandmarks } from '../align/point.js';

/** A rectangle in pixels of the photo; it may reach beyond its border. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A face that was found, in pixels of the photo. */
export interface Detection {
  readonly box: Box;
  readonly points: FiveLandmarks;
  /** How sure the detector is, 0 to 1. */
  readonly score: number;
}

export interface DetectOptions {
  /**
   * Side of the smallest faces that are wanted, in pixels. Unless said, the photo is looked at as a whole, at 640 pixels of its longer side;
   * faces that are too small there are looked for in parts of it.
   */
  readonly minFace?: number;
  /** Score from which on something is a face; 0.6 unless said. */
  readonly minScore?: number;
  /** Whether each face is looked at once more, for better points: true unless said. A preview may do without. */
  readonly refine?: boolean;
}

/** What finds faces: a sibling in this folder, or a function of the user's. */
export interface Detector {
  readonly name: string;
  /** The faces of a photo, the most prominent first. An error only where the detector itself fails: no face is no error. */
  detect(image: Image, options?: DetectOptions): Promise<Detection[]>;
  close(): void;
}

export const areaOf = ({ width, height }: Box): number => width * height;

/** Length of a face's side: the root of its box's area. */
export const sideOf = ({ box }: Pick<Detection, 'box'>): number => Math.sqrt(areaOf(box));

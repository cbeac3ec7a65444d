import type { Image, RgbImage } from '../align/image.js';
import type { Detection } from '../detect/detector.js';

export type Verdict = 'good' | 'poor' | 'bad';

/** What is measured of a face, and what it means. */
export interface Quality {
  readonly name: string;
  readonly value: number;
  /** `poor` faces are worth trying; `bad` ones should not be enrolled. */
  readonly verdict: Verdict;
  /** What is wrong, or that nothing is, for the person in front of the camera. */
  readonly sentence: string;
}

/** What is known of a face when it is judged. */
export interface Judged {
  readonly face: Detection;
  /** All faces of the photo, this one among them. */
  readonly faces: readonly Detection[];
  readonly photo: Image;
  /** The aligned crop, 112 x 112. */
  readonly crop: RgbImage;
}

/** One thing to measure: a sibling in `measures`, listed in a registry. */
export interface Measure {
  readonly name: string;
  /** What the number is, and its unit. */
  readonly what: string;
  judge(judged: Judged): Omit<Quality, 'name'>;
}

/** The verdict on a number of which more is better. */
export const atLeast = (value: number, good: number, poor: number): Verdict =>
  value >= good ? 'good' : value >= poor ? 'poor' : 'bad';

/** The verdict on a number of which less is better. */
export const atMost = (value: number, good: number, poor: number): Verdict => atLeast(-value, -good, -poor);

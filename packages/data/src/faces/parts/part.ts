import type { Random } from '@pocketnet/files';
import type { Head } from '../head.js';
import type { Identity } from '../identity.js';
import type { Canvas } from '../raster.js';
import type { Situation } from '../situation.js';

/** What every part of a face is drawn from. */
export interface Sitting {
  readonly canvas: Canvas;
  readonly person: Identity;
  readonly situation: Situation;
  readonly head: Head;
  /** Small irregularities that belong to the person. */
  readonly whim: Random;
}

/** Draws one part of the face over what is there. */
export type Part = (sitting: Sitting) => void;

/** The two sides of a face: left in the picture, right in the picture. */
export const SIDES = [-1, 1] as const;

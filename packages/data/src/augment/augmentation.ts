import type { Random } from '@pocketnet/files';
import type { Picture } from '../picture/picture.js';

/** One numeric setting of an augmentation, with what it may be. */
export interface Parameter {
  readonly default: number;
  readonly min: number;
  readonly max: number;
  /** What it does, and its unit, for messages and tables. */
  readonly about: string;
  readonly whole?: boolean;
}

/** Width and height in pixels. */
export type Size = Pick<Picture, 'width' | 'height'>;

/**
 * One way to vary a training picture: a sibling in this folder, listed in `registry.ts`. It keeps the picture's size and never writes into
 * its input. Chance and deed are apart, so that what was drawn for a picture can be done elsewhere too: to a whole batch on a GPU, by a tensor
 * executor in packages/lab/src/augment. One without such an executor is carried out there by its own `apply`, picture by picture.
 */
export interface Augmentation<Name extends string = string, Drawn = unknown> {
  readonly name: string;
  readonly about: string;
  readonly parameters: Readonly<Record<Name, Parameter>>;
  /** Whether it exchanges left and right, and does nothing else: what is known of a face and its mirror image then stays known. */
  readonly mirrors?: boolean;
  /** What chance makes of the settings for a picture of this size. */
  draw(random: Random, settings: Readonly<Record<Name, number>>, size: Size): Drawn;
  /** Does what was drawn to one picture. */
  apply(picture: Picture, drawn: Drawn): Picture;
}

/** Checks nothing and returns its argument: gives a sibling the types of its own parameters and draws. */
export function defineAugmentation<Name extends string, Drawn>(
  augmentation: Augmentation<Name, Drawn>,
): Augmentation<Name, Drawn> {
  return augmentation;
}

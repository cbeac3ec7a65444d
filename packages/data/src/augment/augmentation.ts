import type { Picture } from '../picture/picture.js';
import type { Random } from '../random.js';

/** One numeric setting of an augmentation, with what it may be. */
export interface Parameter {
  readonly default: number;
  readonly min: number;
  readonly max: number;
  /** What it does, and its unit, for messages and tables. */
  readonly about: string;
  readonly whole?: boolean;
}

/**
 * One way to vary a training picture: a sibling in this folder, listed in `registry.ts`. It keeps the picture's size,
 * never writes into its input, and draws chance from `random` only.
 */
export interface Augmentation<Name extends string = string> {
  readonly name: string;
  readonly about: string;
  readonly parameters: Readonly<Record<Name, Parameter>>;
  apply(picture: Picture, random: Random, settings: Readonly<Record<Name, number>>): Picture;
}

/** Checks nothing and returns its argument: gives a sibling the types of its own parameters. */
export function defineAugmentation<Name extends string>(augmentation: Augmentation<Name>): Augmentation<Name> {
  return augmentation;
}

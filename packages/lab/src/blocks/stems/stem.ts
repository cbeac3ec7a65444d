import type { nn } from '@pocketnet/torch';

/** One way to begin a network: a sibling in this folder, listed in `registry.ts`. */
export interface Stem {
  /** As a frame's `stem` has it. */
  readonly name: string;
  /** What it does, for lists. */
  readonly summary: string;
  /** By what it divides the sides of the image. */
  readonly stride: number;
  /** Its layers, from 3 channels to `width`. */
  layers(width: number): (nn.Conv2d | nn.BatchNorm2d | nn.PReLU)[];
}

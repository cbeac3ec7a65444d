import { Random } from '@pocketnet/files';
import type { Colour } from './raster.js';

/** All that changes from one picture of a person to the next: the nuisance factors. */
export interface Situation {
  /** Radians: to the side, down, and what alignment leaves of the tilt. */
  pose: { yaw: number; pitch: number; roll: number };
  /** Misplaced landmarks: shift in pixels, and scale. */
  misalignment: { x: number; y: number; scale: number };
  /** Unit vector to the light, and the light that comes from everywhere, in 0..1. */
  light: { direction: readonly [x: number, y: number, z: number]; ambient: number };
  /** Smile and open mouth in 0..1, brows up in -1..1, lids open as a factor, gaze in -1..1. */
  expression: { smile: number; open: number; brows: number; lids: number; gaze: readonly [x: number, y: number] };
  background: { from: Colour; to: Colour; angle: number; clothes: Colour };
  wearsGlasses: number;
  camera: { exposure: number; warmth: number; contrast: number; noise: number; blur: number; grey: boolean };
  /** Picks the grain of the picture. */
  grain: number;
}

const SITUATION = 12;

/** The circumstances of picture `sample` of person `identity`. */
export function createSituation(identity: number, sample: number, seed: number): Situation {
  const random = new Random(seed, SITUATION, identity, sample);
  const about = (mean: number, spread: number) => mean + spread * Math.max(-2.2, Math.min(2.2, random.normal()));
  const chance = (p: number) => random.next() < p;
  const anyColour = (): Colour => {
    const grey = random.between(25, 215);
    return [grey + random.between(-45, 45), grey + random.between(-45, 45), grey + random.between(-45, 45)];
  };
  const sideways = random.between(-0.9, 0.9);
  const upwards = random.between(-0.75, 0.15);
  const length = Math.hypot(sideways, upwards, 0.85);
  return {
    pose: { yaw: about(0, 0.25), pitch: about(0, 0.11), roll: about(0, 0.03) },
    misalignment: { x: about(0, 0.7), y: about(0, 0.7), scale: about(1, 0.015) },
    light: {
      direction: [sideways / length, upwards / length, 0.85 / length],
      ambient: random.between(0.35, 0.8),
    },
    expression: {
      smile: chance(0.5) ? random.between(0.2, 1) : about(0.12, 0.15),
      open: chance(0.3) ? random.between(0.15, 1) : 0,
      brows: about(0, 0.4),
      lids: chance(0.04) ? 0.12 : about(1, 0.13),
      gaze: [about(0, 0.35), about(0, 0.2)],
    },
    background: { from: anyColour(), to: anyColour(), angle: random.between(0, 2 * Math.PI), clothes: anyColour() },
    wearsGlasses: random.next(),
    camera: {
      exposure: about(1, 0.11),
      warmth: about(0, 0.05),
      contrast: about(1, 0.1),
      noise: Math.abs(about(2.5, 2)),
      blur: chance(0.35) ? random.between(0.3, 1.3) : 0,
      grey: chance(0.04),
    },
    grain: random.uint32(),
  };
}

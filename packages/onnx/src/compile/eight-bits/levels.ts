import { ENUMS, LANES } from '@pocketnet/engine/plan';
import { fromHalf, toHalf } from '@pocketnet/files';
import type { Histogram } from '../../quantise/histogram.js';
import type { Observer, Range } from '../../quantise/observers.js';

/** What integers of one lane stand for: scale · (integer − zero), the integer 0 … 255. */
export interface Level {
  readonly scale: number;
  readonly zero: number;
}

/** As a plan keeps it; never 0 of what is not. */
const inHalf = (scale: number): number => (scale > 0 ? Math.max(fromHalf(toHalf(scale)), 2 ** -24) : 0);

/** A lane that holds nothing. */
const EMPTY: Level = { scale: 1, zero: 0 };

/** The level whose integers reach from `low` to `high`; 0 lies between and is an integer's own. */
export function levelOf({ low, high }: Range): Level {
  const scale = inHalf((high - low) / 255);
  if (!(scale > 0)) return EMPTY;
  return { scale, zero: Math.min(255, Math.max(0, Math.round(-low / scale))) };
}

/** The fewer values were seen, the further others may lie beyond them: of a map of one pixel there is one an image. */
function widened({ low, high }: Range, { counts }: Histogram): Range {
  const seen = counts.reduce((sum, count) => sum + count, 0);
  const share = 4 / Math.sqrt(seen);
  return { low: low * (1 + share), high: high * (1 + share) };
}

/**
 * Levels of lanes that were seen. A lane that hardly moves beside its fellows takes a thousandth of the widest one's range, so that no
 * scales lie too far apart.
 */
export function levelsOf(seen: readonly Histogram[], observer: Observer): Level[] {
  const ranges = seen.map((lane) =>
    lane.high >= lane.low ? widened(observer.rangeOf(lane), lane) : { low: 0, high: 0 },
  );
  const widest = Math.max(...ranges.map(({ low, high }) => high - low));
  return ranges.map(({ low, high }) => {
    if (high === low) return EMPTY;
    const least = widest / 1000;
    return levelOf(high - low >= least ? { low, high } : { low, high: low + least });
  });
}

export interface Activation {
  readonly kind: number;
  readonly values: Float32Array | undefined;
  readonly low: number;
  readonly high: number;
}

/** Levels of what an activation makes of lanes, and whether they follow from those of the lanes: with the same steps. */
export interface Activated {
  readonly levels: readonly Level[];
  readonly follow: boolean;
}

/** What an activation makes of a lane's values. */
export function activationOf({ kind, values, low, high }: Activation, lane: number): (value: number) => number {
  const at = 2 * LANES * Math.floor(lane / LANES) + (lane % LANES);
  switch (kind) {
    case ENUMS.activation.relu:
      return (value) => Math.max(value, 0);
    case ENUMS.activation.prelu:
      return (value) => (value < 0 ? (values?.[lane] ?? 1) * value : value);
    case ENUMS.activation.clip:
      return (value) => Math.min(Math.max(value, low), high);
    case ENUMS.activation.affine:
      return (value) => (values?.[at] ?? 1) * value + (values?.[at + LANES] ?? 0);
    default:
      return (value) => value;
  }
}

/**
 * With the same steps, if these still reach over all of it, so that what the activation leaves as it is stays as it is; and are not too few,
 * as after a slope near 0.
 */
export function activatedLevels(lanes: readonly Level[], activation: Activation): Activated {
  const { kind } = activation;
  let follow = true;
  const levels = lanes.map(({ scale, zero }, lane) => {
    const at = activationOf(activation, lane);
    const ends = [at(-zero * scale), at((255 - zero) * scale), at(0), 0];
    const [least, most] = [Math.min(...ends), Math.max(...ends)];
    const steps = (most - least) / scale;
    const same = steps <= 256 && (steps >= 32 || kind === ENUMS.activation.relu) && kind !== ENUMS.activation.affine;
    follow &&= same;
    if (!same) return levelOf({ low: least, high: most });
    return { scale, zero: Math.min(255, Math.max(0, Math.round(-least / scale))) };
  });
  return { levels, follow };
}

/** [block][scales, zeros][16] */
export function packLevels(levels: readonly Level[]): Float32Array {
  const packed = new Float32Array(2 * levels.length);
  for (const [lane, { scale, zero }] of levels.entries()) {
    const at = 2 * (lane - (lane % LANES)) + (lane % LANES);
    packed[at] = scale;
    packed[at + LANES] = zero;
  }
  return packed;
}

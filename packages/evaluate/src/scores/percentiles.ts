import { checkConfidence, type Interval } from './interval.js';

export interface BootstrapOptions {
  /** Resamples; 1,000 unless said. */
  readonly samples?: number;
  readonly seed?: number;
  readonly confidence?: number;
}

/**
 * The percentile interval (Efron 1979) of a statistic from its values on resamples.
 *
 * @param draw the statistic of one more resample; NaN where that resample tells nothing, as one without impostor pairs
 * @returns the interval, and the draws that told something, ascending
 */
export function percentiles(
  estimate: number,
  { samples = 1000, confidence = 0.95, seed = 1 }: BootstrapOptions,
  draw: () => number,
): { interval: Interval; draws: Float64Array } {
  checkConfidence(confidence);
  if (!Number.isInteger(samples) || samples < 2)
    throw new Error(`${samples} resamples are too few. Ask for 2 or more.`);
  if (!Number.isSafeInteger(seed)) throw new Error(`The seed is ${seed}; it must be a whole number.`);
  if (Number.isNaN(estimate))
    throw new Error('The statistic of the data is not a number, so it has no interval. Check the scores.');
  const draws = Float64Array.from({ length: samples }, draw)
    .filter((value) => !Number.isNaN(value))
    .sort();
  const tail = (1 - confidence) / 2;
  const interval: Interval = { estimate, low: quantile(draws, tail), high: quantile(draws, 1 - tail), confidence };
  return { interval, draws };
}

/** Linear between the order statistics (Hyndman & Fan's type 7); NaN of nothing. */
function quantile(ascending: Float64Array, share: number): number {
  const position = share * (ascending.length - 1);
  const below = ascending[Math.floor(position)] ?? Number.NaN;
  return below + (position % 1) * ((ascending[Math.ceil(position)] ?? 0) - below);
}

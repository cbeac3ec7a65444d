import type { Histogram } from './histogram.js';

/** The least and the greatest value that a quantised tensor can hold; 0 lies between. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/** Chooses a tensor's range from its histogram: the narrower the range, the finer the steps. */
export interface Observer {
  readonly name: string;
  readonly about: string;
  rangeOf(seen: Histogram): Range;
}

const withZero = (low: number, high: number): Range => ({ low: Math.min(low, 0), high: Math.max(high, 0) });

const minmax: Observer = {
  name: 'minmax',
  about: 'all that was seen',
  rangeOf: ({ low, high }) => withZero(low, high),
};

/** Share of the values that each end may cut off. */
const TAIL = 1e-4;

const percentile: Observer = {
  name: 'percentile',
  about: `all but ${TAIL} of the values at each end`,
  rangeOf(seen) {
    const total = seen.counts.reduce((sum, count) => sum + count, 0);
    const step = (2 * seen.limit) / seen.bins;
    let [first, last] = [0, seen.bins - 1];
    for (let sum = seen.counts[first] ?? 0; first < last && sum <= TAIL * total; sum += seen.counts[first] ?? 0)
      first++;
    for (let sum = seen.counts[last] ?? 0; last > first && sum <= TAIL * total; sum += seen.counts[last] ?? 0) last--;
    const [low, high] = [seen.centre(first) - step / 2, seen.centre(last) + step / 2];
    return withZero(Math.max(low, seen.low), Math.min(high, seen.high));
  },
};

/** Shares of the whole range that are tried. */
const TRIED = Array.from({ length: 32 }, (_, i) => 1 - i / 40);
const LEVELS = 255;

const mse: Observer = {
  name: 'mse',
  about: 'the range with the least mean square of rounding and cutting off',
  rangeOf(seen) {
    const whole = minmax.rangeOf(seen);
    const tried = TRIED.map((share) => ({ low: share * whole.low, high: share * whole.high }));
    const errors = tried.map((range) => meanSquare(seen, range));
    return tried[errors.indexOf(Math.min(...errors))] ?? whole;
  },
};

function meanSquare(seen: Histogram, { low, high }: Range): number {
  const step = (high - low) / LEVELS || Number.MIN_VALUE;
  let sum = 0;
  for (let bin = 0; bin < seen.bins; bin++) {
    const count = seen.counts[bin] as number; // inside
    if (count === 0) continue;
    const value = seen.centre(bin);
    const inside = Math.min(high, Math.max(low, value));
    // Inside, the error of rounding to steps is uniform: step² / 12.
    sum += count * ((value - inside) ** 2 + step ** 2 / 12);
  }
  return sum;
}

/** Every observer. A new one is one entry here. */
export const OBSERVERS: readonly Observer[] = [minmax, percentile, mse];

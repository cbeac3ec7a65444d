import type { MatchRates } from '../../match-rates.js';

/** How strangers' cosines go on beyond those that were measured. */
export interface Tail {
  /** Where it begins; below it the measured rates hold. */
  readonly from: number;
  /** The cosine that a share `rate` of strangers reach, and its 95 % interval by profile likelihood. */
  cosineFor(rate: number): TailValue;
  /** The share of strangers who reach a cosine, and its 95 % interval. */
  rateAt(cosine: number): TailValue;
}

export interface TailValue {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** A tail of one shape: S(y) = (1 + ξ y / σ)^(−1/ξ), the generalised Pareto distribution (Pickands 1975). */
interface Pareto {
  readonly shape: number;
  readonly scale: number;
}

/** Half of the 95 % quantile of χ² with one degree of freedom: how much log likelihood an interval may lose. */
const LOSS = 3.841 / 2;

/** Shapes that are tried. Cosines end at 1, so that a heavy tail cannot be; one of −1 would be uniform. */
const SHAPES = Array.from({ length: 61 }, (_, i) => -0.9 + i * 0.02);

/**
 * Fits the tail of strangers' cosines by maximum likelihood of the measured counts between cosines (Coles 2001, "An Introduction to
 * Statistical Modeling of Extreme Values", chapter 4). Pairs share people, so they say less than as many independent ones: the likelihood is
 * flattened as much as the measured interval is wider than a binomial one.
 *
 * @returns undefined where too few pairs were measured
 */
export function fitTail(rates: MatchRates): Tail | undefined {
  const start = Math.max(1e-3, 200 / rates.pairs);
  if (start > 0.1) return undefined;
  const from = rates.cosineFor(start).cosine;
  const bins = binsOf(rates, from, start);
  if (bins.length < 5) return undefined;
  const share = rates.rateAt(from).rate;
  const likelihood = likelihoodOf(bins, flattening(rates, from));
  const peaks = SHAPES.map((shape) => bestScale(shape, likelihood));
  const best = peaks.reduce((a, b) => (b.logLikelihood > a.logLikelihood ? b : a));
  const region = peaks.flatMap((peak) => plausible(peak, best.logLikelihood - LOSS, likelihood));

  const over = (of: (each: Pareto) => number): TailValue => {
    const values = region.map(of);
    const value = of(best);
    return { value, low: Math.min(value, ...values), high: Math.max(value, ...values) };
  };
  return {
    from,
    cosineFor: (rate) =>
      over(({ shape, scale }) => {
        const far = Math.log(share / rate);
        return Math.min(1, from + (Math.abs(shape) < 1e-6 ? scale * far : (scale * Math.expm1(shape * far)) / shape));
      }),
    rateAt: (cosine) => over((each) => share * survival(each, cosine - from)),
  };
}

interface Bin {
  /** Beyond the tail's start. */
  readonly low: number;
  readonly high: number;
  /** Measured pairs between them. */
  readonly count: number;
}

function binsOf(rates: MatchRates, from: number, start: number): Bin[] {
  const edges = [from];
  for (let rate = start / 1.5; rate * rates.pairs >= 3; rate /= 1.5) {
    const { cosine, supported } = rates.cosineFor(rate);
    if (supported && cosine > (edges.at(-1) as number)) edges.push(cosine);
  }
  return edges.map((low, i) => {
    const high = edges[i + 1] ?? Infinity;
    const above = high === Infinity ? 0 : rates.rateAt(high).rate;
    return { low: low - from, high: high - from, count: rates.pairs * Math.max(0, rates.rateAt(low).rate - above) };
  });
}

/** By how much the measured interval's variance exceeds that of independent pairs, in logarithms of the rate; at least 1. */
function flattening(rates: MatchRates, from: number): number {
  const { rate, interval } = rates.rateAt(from);
  const [low, high] = interval;
  if (!(low > 0)) return 1;
  const deviation = Math.log(high / low) / (2 * 1.96);
  return Math.max(1, deviation ** 2 * rate * rates.pairs);
}

type Likelihood = (each: Pareto) => number;

function likelihoodOf(bins: readonly Bin[], flattened: number): Likelihood {
  return (each) => {
    let sum = 0;
    for (const { low, high, count } of bins) {
      const share = survival(each, low) - survival(each, high);
      if (count > 0) sum += share > 0 ? count * Math.log(share) : -Infinity;
    }
    return sum / flattened;
  };
}

function survival({ shape, scale }: Pareto, beyond: number): number {
  if (beyond === Infinity) return 0;
  if (Math.abs(shape) < 1e-6) return Math.exp(-beyond / scale);
  const inner = 1 + (shape * beyond) / scale;
  return inner <= 0 ? 0 : inner ** (-1 / shape);
}

interface Peak extends Pareto {
  readonly logLikelihood: number;
}

/** Scales of cosines: the tail of 2 numbers that are 1 apart at most falls off somewhere between. */
const [LEAST, MOST] = [Math.log(1e-3), Math.log(1)];

function bestScale(shape: number, likelihood: Likelihood): Peak {
  const at = (log: number): number => likelihood({ shape, scale: Math.exp(log) });
  let [low, high] = [LEAST, MOST];
  // −∞ lies below the least scale at which every measured cosine can be, so the search keeps to the right where both are −∞.
  for (let i = 0; i < 60; i++) {
    const [left, right] = [low + (high - low) / 3, high - (high - low) / 3];
    if (at(left) < at(right) || at(right) === -Infinity) low = left;
    else high = right;
  }
  const log = (low + high) / 2;
  return { shape, scale: Math.exp(log), logLikelihood: at(log) };
}

/** The ends of the scales that a shape may have. */
function plausible(peak: Peak, floor: number, likelihood: Likelihood): Pareto[] {
  if (peak.logLikelihood < floor) return [];
  const { shape } = peak;
  const end = (limit: number): Pareto => {
    let [inside, outside] = [Math.log(peak.scale), limit];
    for (let i = 0; i < 40; i++) {
      const middle = (inside + outside) / 2;
      if (likelihood({ shape, scale: Math.exp(middle) }) >= floor) inside = middle;
      else outside = middle;
    }
    return { shape, scale: Math.exp(inside) };
  };
  return [end(LEAST), end(MOST)];
}

import { checkConfidence, type Interval, wilsonInterval } from '../scores/interval.js';
import { normalQuantile } from '../scores/normal.js';

/** Total errors and trials, and those of each person (a pair of two people counts for both). */
export interface Counted {
  readonly errors: number;
  readonly trials: number;
  readonly errorsOf: ArrayLike<number>;
  readonly trialsOf: ArrayLike<number>;
}

/**
 * Interval of an error rate when pairs share people: the jackknife that leaves out one person with all their pairs (the rate's
 * variance is (n−1)/n · Σ (r₋ᵢ − r̄)²), on the logarithm of the rate, and never narrower than Wilson's of independent pairs.
 * With no error seen it reaches from 0 to 1 − (1−confidence)^(1/trials), the rule of three.
 */
export function identityInterval({ errors, trials, errorsOf, trialsOf }: Counted, confidence = 0.95): Interval {
  checkConfidence(confidence);
  if (!(trials >= 1)) throw new Error('An error rate needs at least one pair.');
  if (errors === 0) return { estimate: 0, low: 0, high: -Math.expm1(Math.log(1 - confidence) / trials), confidence };
  const independent = wilsonInterval(errors, trials, confidence);
  const rate = errors / trials;
  const without: number[] = [];
  for (let i = 0; i < errorsOf.length; i++) {
    const left = trials - (trialsOf[i] ?? 0);
    if (left > 0) without.push((errors - (errorsOf[i] ?? 0)) / left);
  }
  const n = without.length;
  const centre = without.reduce((sum, value) => sum + value, 0) / n;
  const variance = ((n - 1) / n) * without.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  if (!Number.isFinite(variance)) return independent;
  const factor = Math.exp((normalQuantile((1 + confidence) / 2) * Math.sqrt(variance)) / rate);
  return {
    estimate: rate,
    low: Math.min(independent.low, rate / factor),
    high: Math.min(1, Math.max(independent.high, rate * factor)),
    confidence,
  };
}

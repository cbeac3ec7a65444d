import { normalQuantile } from './normal.js';

/** An estimate with its confidence interval. */
export interface Interval {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
  /** Share of intervals made this way that hold the truth, e.g. 0.95. */
  readonly confidence: number;
}

/** Refuses a confidence that is not a share strictly between 0 and 1. */
export function checkConfidence(confidence: number): number {
  if (!(confidence > 0 && confidence < 1))
    throw new Error(`The confidence is ${confidence}. Give a number between 0 and 1, such as 0.95.`);
  return confidence;
}

/**
 * Wilson's score interval of a binomial share (Wilson 1927): the shares p for which `successes` of `trials` is no
 * surprise, |p̂ − p| <= z·√(p(1−p)/n). Stays inside 0 … 1 and is sensible at 0 or n successes, unlike ±z·s.e.
 */
export function wilsonInterval(successes: number, trials: number, confidence = 0.95): Interval {
  if (!Number.isInteger(successes) || !Number.isInteger(trials) || trials < 1 || successes < 0 || successes > trials)
    throw new Error(
      `${successes} successes of ${trials} trials is not a proportion. Give whole numbers with 0 <= successes <= trials.`,
    );
  const z2 = normalQuantile((1 + checkConfidence(confidence)) / 2) ** 2;
  const share = successes / trials;
  const centre = (share + z2 / (2 * trials)) / (1 + z2 / trials);
  const half = Math.sqrt((share * (1 - share) + z2 / (4 * trials)) * (z2 / trials)) / (1 + z2 / trials);
  return {
    estimate: share,
    low: successes === 0 ? 0 : centre - half,
    high: successes === trials ? 1 : centre + half,
    confidence,
  };
}

import { lowerBound } from '../bounds.js';

/** Gives the score of a probe and a gallery row in float64. */
export interface ExactScores {
  exact(probe: number, row: number): number;
}

/**
 * Counts, for each of some scores, here called levels, how many others are strictly higher and how many equal. A score costs
 * a search among the levels, and is asked for exactly only where its error leaves open on which side of a level it lies.
 */
export class Levels {
  /** Ascending. */
  readonly #levels: Float64Array;
  /** Scores that lie above the first b levels and not above level b. */
  readonly #between: Float64Array;
  /** Scores equal to the first of the levels with that value. */
  readonly #equal: Float64Array;

  /** @param levels finite numbers in any order; counts are given back in that order */
  constructor(readonly given: Float64Array) {
    this.#levels = given.toSorted();
    this.#between = new Float64Array(given.length + 1);
    this.#equal = new Float64Array(given.length + 1);
  }

  /** The lowest level, +Infinity of none: scores below it need not be counted. */
  get lowest(): number {
    return this.#levels[0] ?? Infinity;
  }

  /** Counts the score of a probe and a gallery row, known up to `error`; `scores` gives it exactly where that matters. */
  count(score: number, error: number, probe: number, row: number, scores: ExactScores): void {
    const levels = this.#levels;
    let at = lowerBound(levels, score);
    if ((levels[at] ?? Infinity) <= score + error || (levels[at - 1] ?? -Infinity) >= score - error) {
      const settled = scores.exact(probe, row);
      at = lowerBound(levels, settled);
      if (levels[at] === settled) this.#equal[at] = (this.#equal[at] as number) + 1; // inside, as the level is
    }
    this.#between[at] = (this.#between[at] as number) + 1; // one more entry than levels
  }

  /** Per level, in the order given: how many counted scores are strictly higher, and how many equal. */
  counts(): { higher: Float64Array; equal: Float64Array } {
    const levels = this.#levels;
    const above = new Float64Array(levels.length);
    let sum = 0;
    for (let k = levels.length - 1; k >= 0; k--) {
      sum += this.#between[k + 1] as number; // one more entry than levels
      above[k] = sum;
    }
    const higher = new Float64Array(levels.length);
    const equal = new Float64Array(levels.length);
    this.given.forEach((level, i) => {
      const first = lowerBound(levels, level);
      higher[i] = above[first] as number; // a level's own place
      equal[i] = this.#equal[first] as number;
    });
    return { higher, equal };
  }

  /** The highest level with more than `most` scores above it, −Infinity of none: what lies below is settled alike. */
  settled(most: number): number {
    let sum = 0;
    for (let k = this.#levels.length - 1; k >= 0; k--) {
      sum += this.#between[k + 1] as number; // one more entry than levels
      if (sum > most) return this.#levels[k] as number; // inside by the loop
    }
    return -Infinity;
  }
}

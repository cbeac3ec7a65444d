import type { ExactScores } from './levels.js';

/**
 * The `size` largest of any number of scores, in twice their memory: scores gather in a buffer, which is sorted and cut in
 * half whenever it is full, so a score costs O(log size) at worst and a comparison mostly.
 */
export class LargestScores {
  readonly #buffer: Float64Array;
  #filled = 0;
  #floor = -Infinity;

  /** @param size how many to keep, 1 or more */
  constructor(readonly size: number) {
    if (!Number.isInteger(size) || size < 1 || size > 2 ** 27)
      throw new Error(`Cannot store ${size} scores. Ask for 1 to ${2 ** 27}.`);
    this.#buffer = new Float64Array(2 * size);
  }

  /** Scores below it are not among the largest any more. */
  get floor(): number {
    return this.#floor;
  }

  /** Takes the score of a probe and a gallery row, known up to `error`; `scores` gives it exactly where that matters. */
  offer(score: number, error: number, probe: number, row: number, scores: ExactScores): void {
    if (score + error > this.#floor) this.add(scores.exact(probe, row));
  }

  add(score: number): void {
    if (score <= this.#floor) return;
    this.#buffer[this.#filled++] = score;
    if (this.#filled === this.#buffer.length) this.#cut();
  }

  /** The largest scores, descending; all where fewer than `size` were added. */
  values(): Float64Array {
    this.#cut();
    return this.#buffer.slice(0, this.#filled).reverse();
  }

  #cut(): void {
    const filled = this.#buffer.subarray(0, this.#filled).sort();
    if (this.#filled < this.size) return;
    this.#buffer.copyWithin(0, this.#filled - this.size, this.#filled);
    this.#filled = this.size;
    this.#floor = filled[0] as number; // of at least `size`, which is 1 or more
  }
}

/**
 * A histogram of values over any number of runs: the counts of equal bins between −limit and limit, which doubles, two bins becoming
 * one, when something lies beyond it.
 */
export class Histogram {
  readonly bins: number;
  readonly counts: Float64Array;
  low = Number.POSITIVE_INFINITY;
  high = Number.NEGATIVE_INFINITY;
  #limit = 2 ** -10;

  /** @param bins how many; a multiple of 4 */
  constructor(bins = 4096) {
    this.bins = bins;
    this.counts = new Float64Array(bins);
  }

  /** The border of the outermost bins. */
  get limit(): number {
    return this.#limit;
  }

  /** @throws an Error for a value that is not finite */
  add(values: ArrayLike<number>): void {
    let [low, high] = [this.low, this.high];
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as number; // inside
      // Of each value, since NaN is neither below nor above anything.
      if (!Number.isFinite(value)) throw new Error(`Value ${i} of the network is ${value}: not finite.`);
      if (value < low) low = value;
      if (value > high) high = value;
    }
    [this.low, this.high] = [low, high];
    while (Math.max(high, -low) >= this.#limit) this.#double();
    const scale = this.bins / 2 / this.#limit;
    for (let i = 0; i < values.length; i++) {
      const bin = Math.min(this.bins - 1, Math.floor(((values[i] as number) + this.#limit) * scale)); // inside
      this.counts[bin] = (this.counts[bin] as number) + 1; // inside, since limit is beyond all values
    }
  }

  /** The middle of a bin. */
  centre = (bin: number): number => ((bin + 0.5) / (this.bins / 2) - 1) * this.#limit;

  /** The mean of what `map` makes of the values, each taken for the middle of its bin; 0 of none. */
  meanOf(map: (value: number) => number): number {
    let [sum, seen] = [0, 0];
    for (const [bin, count] of this.counts.entries()) {
      if (count === 0) continue;
      sum += count * map(this.centre(bin));
      seen += count;
    }
    return seen === 0 ? 0 : sum / seen;
  }

  #double(): void {
    const { counts } = this;
    const half = this.bins / 2;
    const merged = new Float64Array(this.bins);
    for (let bin = 0; bin < this.bins; bin++) {
      const to = half / 2 + (bin >> 1);
      merged[to] = (merged[to] as number) + (counts[bin] as number); // inside: half as many bins, in the middle
    }
    counts.set(merged);
    this.#limit *= 2;
  }
}

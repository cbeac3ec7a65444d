/** Bins a unit of score; a power of two, so that every edge is an exact number. */
const PER_UNIT = 2 ** 19;
const BINS = 2 * PER_UNIT + 1;
/** The edge above the last bin, which no cosine reaches. */
const HIGHEST = BINS / PER_UNIT - 1;

/**
 * Counts of similarity scores, for sets of any size in 8 MB: bins of width 2^-19 over -1 … 1. Scores are rounded to float32
 * first, which makes every count "scores >= edge" exact; only thresholds are coarse, to 2e-6 of a cosine.
 */
export class ScoreTally {
  readonly #bins = new Float64Array(BINS);
  #descending: Float64Array | undefined;
  #total = 0;

  /** How many scores have been added. */
  get total(): number {
    return this.#total;
  }

  /** @throws Error for a score that is not finite */
  add(score: number): void {
    if (!Number.isFinite(score))
      throw new Error(`A score is ${score}. Leave out embeddings with values that are not finite.`);
    const bin = binOf(score);
    this.#bins[bin] = (this.#bins[bin] ?? 0) + 1;
    this.#total++;
    this.#descending = undefined;
  }

  addAll(scores: ArrayLike<number>, count = scores.length): void {
    for (let i = 0; i < count; i++) this.add(scores[i] ?? Number.NaN);
  }

  /** Scores >= threshold, exactly, for thresholds that {@link thresholdAt} gives; others are taken at the edge below. */
  atLeast(threshold: number): number {
    return threshold >= HIGHEST ? 0 : this.#atLeastBin(binOf(threshold));
  }

  /**
   * The lowest threshold at which at most `rate` of the scores are accepted. Infinity of nothing; where even the highest
   * score is too many, the edge above it.
   *
   * @param rate 0 … 1
   */
  thresholdAt(rate: number): number {
    if (this.#total === 0) return Infinity;
    const allowed = rate * this.#total;
    let low = 0;
    let high = BINS; // accepts nothing
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#atLeastBin(middle) <= allowed) high = middle;
      else low = middle + 1;
    }
    return low / PER_UNIT - 1;
  }

  /** Lowest and highest edge between which all scores lie. */
  range(): [low: number, high: number] {
    const first = this.#bins.findIndex((count) => count > 0);
    const last = this.#bins.findLastIndex((count) => count > 0);
    return first < 0 ? [-1, 1] : [first / PER_UNIT - 1, (last + 1) / PER_UNIT - 1];
  }

  #atLeastBin(bin: number): number {
    this.#descending ??= runningFromTop(this.#bins);
    return this.#descending[bin] ?? 0;
  }
}

/** The product with a power of two is exact, so that a score never slips over an edge. */
function binOf(score: number): number {
  const bin = Math.floor(Math.fround(score) * PER_UNIT) + PER_UNIT;
  return bin < 0 ? 0 : bin >= BINS ? BINS - 1 : bin;
}

function runningFromTop(bins: Float64Array): Float64Array {
  const sums = Float64Array.from(bins);
  for (let i = sums.length - 2; i >= 0; i--) sums[i] = (sums[i] ?? 0) + (sums[i + 1] ?? 0);
  return sums;
}

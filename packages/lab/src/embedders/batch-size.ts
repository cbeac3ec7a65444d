/** Calls of each size that are timed, after one that is not: a session prepares its memory in it. */
const TRIALS = 3;

/** A larger batch must take less than this share of the best so far, since it takes more memory. */
const WORTH = 0.95;

/**
 * How many images a call is best given: each size is timed, from the smallest, as long as a larger one is faster. Where the maps of one image
 * fit into a processor's caches and those of sixty-four do not, one at a time may be twice as fast, in a tenth of the memory.
 *
 * @param sizes ascending
 * @param run computes so many images
 */
export async function fastestBatch(
  sizes: readonly number[],
  run: (images: number) => Promise<unknown>,
): Promise<number> {
  let best = { size: 1, milliseconds: Number.POSITIVE_INFINITY };
  for (const size of sizes) {
    await run(size);
    let fastest = Number.POSITIVE_INFINITY;
    for (let trial = 0; trial < TRIALS; trial++) {
      const begun = performance.now();
      await run(size);
      fastest = Math.min(fastest, (performance.now() - begun) / size);
    }
    if (fastest > WORTH * best.milliseconds) break;
    best = { size, milliseconds: fastest };
  }
  return best.size;
}

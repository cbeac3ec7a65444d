/** Embeddings of some images, [count, dimension]. */
export type Compute = (images: Float32Array, count: number) => Promise<Float32Array>;

/** Numbers of an image, and of its embedding. */
export interface Widths {
  perImage: number;
  dimension: number;
}

/** Batches that are tried; of sixty-four images S-128 takes a gigabyte, and longer than of one at a time. */
const SIZES = [1, 4, 16];

/** So many images make a batch worth looking for. */
export const MANY = 16;

/** Computes images in runs of one batch. */
export interface InBatches {
  embed: Compute;
  /** The batch: found with the first of these images, {@link MANY} or more, where it is not known. */
  batchFor(images: Float32Array): Promise<number>;
}

/**
 * @param known the batch that a model is made for, or that was found before; else the fastest one is found when there are many images for the
 * first time, and few are computed one at a time
 */
export function inBatches(compute: Compute, { perImage, dimension }: Widths, known?: number): InBatches {
  let batch = known;
  const batchFor = async (images: Float32Array): Promise<number> => {
    batch ??= await fastestBatch(SIZES, (size) => compute(images.subarray(0, size * perImage), size));
    return batch;
  };
  return {
    batchFor,
    async embed(images, count) {
      const size = count >= MANY ? await batchFor(images) : (batch ?? 1);
      const out = new Float32Array(count * dimension);
      for (let start = 0; start < count; start += size) {
        const here = Math.min(size, count - start);
        const given = await compute(images.subarray(start * perImage, (start + here) * perImage), here);
        out.set(given.subarray(0, here * dimension), start * dimension);
      }
      return out;
    },
  };
}

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

import type { AugmentSpec } from '../augment/index.js';

/** How a loader makes batches. */
export interface LoaderOptions {
  /** Images in a batch. */
  batch: number;
  /** Side of the square images in pixels, 112 unless said; pictures of another size are resized. */
  size?: number;
  /** 0 unless said. */
  seed?: number;
  /** Worker threads, 1 unless said. 0 decodes on the calling thread. The batches are the same for any number. */
  workers?: number;
  /** A new order every epoch, unless false: then the order of the source. */
  shuffle?: boolean;
  /** Leaves out the images at the end that do not fill a batch, unless false. */
  dropLast?: boolean;
  /** Applied to each image in this order, such as `[{ name: 'flip', p: 0.5 }]`; none unless said. */
  augment?: readonly AugmentSpec[];
  /**
   * What becomes of an image that cannot be read or decoded: `fail`, unless said, ends the epoch with its place and what is wrong with
   * it; `skip` puts another image, drawn by the seed, in its place.
   */
  onBadImage?: 'fail' | 'skip';
  /** Of several processes that share every step this one's part: batch `rank` of each `size` that follow one another. */
  shard?: { readonly rank: number; readonly size: number };
  /** Batches made ahead of their use, twice the number of workers unless said. */
  prefetch?: number;
}

export type LoaderSettings = Required<LoaderOptions>;

/** Fills in what was left out. @throws RangeError that names the option which is out of its range. */
export function checkedOptions(options: LoaderOptions): LoaderSettings {
  const { size = 112, seed = 0, workers = 1, shuffle = true, dropLast = true, augment = [], batch } = options;
  const { shard = { rank: 0, size: 1 }, onBadImage = 'fail' } = options;
  const prefetch = options.prefetch ?? 2 * Math.max(1, workers);
  requireWhole('batch', batch, 1, 65_536);
  requireWhole('size', size, 1, 4096);
  requireWhole('workers', workers, 0, 256);
  requireWhole('prefetch', prefetch, 1, 1024);
  requireWhole('shard.size', shard.size, 1, 1 << 20);
  requireWhole('shard.rank', shard.rank, 0, shard.size - 1);
  if (shard.size > 1 && !dropLast)
    throw new RangeError('Loader option shard needs dropLast: all parts are equally large.');
  if (!Number.isFinite(seed)) throw new RangeError(`Loader option seed must be a finite number, not ${seed}.`);
  const memory = (prefetch + 1) * batch * size * size * 3 * 4;
  if (memory > MAX_BYTES) {
    const needed = (memory / 2 ** 30).toFixed(1);
    throw new RangeError(`The loader's buffers would take ${needed} GiB: lower batch, size or prefetch.`);
  }
  return { batch, size, seed, workers, shuffle, dropLast, augment, onBadImage, shard, prefetch };
}

const MAX_BYTES = 32 * 2 ** 30;

function requireWhole(name: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new RangeError(`Loader option ${name} must be a whole number from ${min} to ${max}, not ${value}.`);
}

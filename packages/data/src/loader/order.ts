import { Random } from '@pocketnet/files';
import { DataError } from '../data-error.js';
import type { LoaderSettings } from './options.js';

/** Streams of the loader's seed, so that the order and the augmentations draw independently. */
const ORDER = 1;
const AUGMENT = 2;

/** The indices of the source in the order of `epoch`: a function of the seed and the epoch alone. */
export function epochOrder(length: number, epoch: number, { shuffle, seed }: LoaderSettings): Int32Array {
  const order = Int32Array.from({ length }, (_, index) => index);
  return shuffle ? new Random(seed, ORDER, epoch).shuffle(order) : order;
}

/** The chance in one image's augmentation: the same in whichever batch, worker or run the image comes up. */
export function sampleRandom(seed: number, epoch: number, index: number): Random {
  return new Random(seed, AUGMENT, epoch, index);
}

/** The images of batch `k` of an epoch's order, of this process its own. */
export function batchOf(order: Int32Array, k: number, { batch, shard }: LoaderSettings): Int32Array {
  const place = k * shard.size + shard.rank;
  return order.slice(place * batch, (place + 1) * batch);
}

/** @throws DataError where the source holds less than one batch. */
export function countBatches(
  { name, length }: { name: string; length: number },
  { batch, dropLast, shard }: LoaderSettings,
): number {
  if (length === 0) throw new DataError({ file: name, reason: 'holds no images' });
  if (!dropLast) return Math.ceil(length / batch);
  const together = batch * shard.size;
  if (length >= together) return Math.floor(length / together);
  const reason = `holds ${length} images, fewer than a batch of ${together}`;
  throw new DataError({ file: name, reason, remedy: 'Lower the batch, or set dropLast to false' });
}

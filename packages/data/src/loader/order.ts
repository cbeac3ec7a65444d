import { Random } from '../random.js';
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

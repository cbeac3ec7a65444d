import { createAugmenter } from '../augment/index.js';
import { openSource } from '../sources/registry.js';
import { type Crew, createFiller, type Recipe } from './filler.js';
import { checkedOptions, type LoaderOptions } from './options.js';
import { batchOf, countBatches, epochOrder } from './order.js';
import { allocateSlot, type Slot } from './slot.js';
import type { SkippedImage } from './stand-in.js';
import { createThreads } from './threads.js';

/** Decoded, augmented, normalised images in shared memory. */
export interface Batch {
  /** Shape (count, size, size, 3), RGB, (x - 127.5) / 127.5, hence in [-1, 1]. Valid until `release`. */
  readonly images: Float32Array<SharedArrayBuffer>;
  /** Shape (count); -1 for an image of an unlabelled part. Valid until `release`. */
  readonly labels: Int32Array<SharedArrayBuffer>;
  /** Shape (count): 1 where augmentation has mirrored the image. Valid until `release`. */
  readonly mirrored: Uint8Array<SharedArrayBuffer>;
  /** Which images of the source these are. Of bad ones that are skipped, those that stand in for them. */
  readonly indices: Int32Array;
  readonly count: number;
  /** Bad images that were met while it was made, and skipped; those of the option `onBadImage: 'skip'`. */
  readonly skipped: readonly SkippedImage[];
  /** Gives the memory back to the loader, which will write another batch into it. */
  release(): void;
}

/** What a loader says of its source: see `FaceSource`. */
export interface LoadedSource {
  readonly name: string;
  readonly length: number;
  readonly identities: number;
  readonly notes?: readonly string[];
}

/** An endless supply of epochs over one source. */
export interface Loader {
  /** What is loaded: its name, number of images and number of identities, and what there is to say of it. */
  readonly source: LoadedSource;
  readonly batchesPerEpoch: number;
  /**
   * The batches of an epoch (0, 1, 2...) from `startBatch` on. Each must be released, and of `prefetch + 1` buffers at
   * least one must be free for the next. One epoch at a time; leaving the iteration early is fine.
   */
  epoch(epoch: number, startBatch?: number): AsyncIterableIterator<Batch>;
  /** Ends the threads; batches that were not released stay readable. */
  close(): Promise<void>;
}

/**
 * Loads the faces at `location` (see `openSource`) in shuffled batches. Batch k of epoch e is a function of the source,
 * the options and (e, k): neither the number of workers nor where an epoch is entered changes it. The batches of all shards
 * together are those of one loader with a batch of `batch · shard.size`.
 *
 * @throws RangeError for an option out of its range; DataError when `location` cannot be read or is less than a batch.
 */
export function createLoader(location: string, options: LoaderOptions): Loader {
  const settings = checkedOptions(options);
  createAugmenter(settings.augment); // complains here rather than in a thread
  const source = describe(location);
  const batchesPerEpoch = countBatches(source, settings);
  const slots = Array.from({ length: settings.prefetch + 1 }, () => allocateSlot(settings.batch, settings.size));
  const { size, seed, augment, onBadImage } = settings;
  const crew = hire({ location, size, seed, augment, onBadImage }, slots, settings.workers);
  const free = slots.map((_, number) => number);
  // On the calling thread nothing can be made ahead: it would only delay the batch that is waited for.
  const ahead = settings.workers === 0 ? 1 : settings.prefetch;
  let running = false;
  let closed = false;

  async function* epoch(number: number, startBatch = 0): AsyncGenerator<Batch, undefined> {
    if (closed) throw new Error('This loader is closed; create another one.');
    if (running) throw new Error('This loader is in the middle of an epoch: end that iteration first.');
    requireWhole('epoch', number, Number.MAX_SAFE_INTEGER);
    requireWhole('startBatch', startBatch, batchesPerEpoch);
    const order = epochOrder(source.length, number, settings);
    const underWay: { slot: number; count: number; filled: Promise<readonly SkippedImage[]> }[] = [];
    let next = startBatch;
    running = true;
    try {
      for (let current = startBatch; current < batchesPerEpoch; current++) {
        startMore();
        const made = underWay.shift();
        if (made === undefined) throw new Error(ALL_HELD);
        const skipped = await made.filled.catch((error: unknown) => {
          free.push(made.slot);
          throw error;
        });
        startMore();
        yield batchIn(made.slot, made.count, skipped);
      }
    } finally {
      running = false;
      for (const { slot, filled } of underWay) filled.then(ignore, ignore).finally(() => free.push(slot));
    }
    return undefined;

    function startMore(): void {
      while (next < batchesPerEpoch && underWay.length < ahead) {
        const slot = free.pop();
        if (slot === undefined) return;
        const indices = batchOf(order, next, settings);
        const filled = crew.fill({ slot, epoch: number, indices });
        filled.catch(ignore); // one that fails before its turn is reported at its turn
        underWay.push({ slot, count: indices.length, filled });
        next++;
      }
    }
  }

  function batchIn(number: number, count: number, skipped: readonly SkippedImage[]): Batch {
    const { images, labels, mirrored, indices } = slots[number] as Slot;
    let held = true;
    return {
      images: images.subarray(0, count * size * size * 3),
      labels: labels.subarray(0, count),
      mirrored: mirrored.subarray(0, count),
      indices: Int32Array.from(indices.subarray(0, count)),
      count,
      skipped,
      release() {
        if (held) free.push(number);
        held = false;
      },
    };
  }

  return {
    source,
    batchesPerEpoch,
    epoch,
    async close() {
      closed = true;
      await crew.close();
    },
  };
}

const ALL_HELD =
  'Every buffer of the loader is held: call release() on a batch when done with it, or raise the option prefetch.';

const ignore = (): void => {};

function hire(recipe: Recipe, slots: readonly Slot[], workers: number): Crew {
  return workers === 0 ? createFiller(recipe, slots) : createThreads(recipe, slots, workers);
}

function describe(location: string): Loader['source'] {
  const source = openSource(location);
  const { name, length, identities, notes = [] } = source;
  source.close();
  return { name, length, identities, ...(notes.length > 0 && { notes }) };
}

function requireWhole(name: string, value: number, max: number): void {
  if (Number.isInteger(value) && value >= 0 && value <= max) return;
  throw new RangeError(`Loader: ${name} must be a whole number from 0 to ${max}, not ${value}.`);
}

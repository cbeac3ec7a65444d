import { createPlanner, type Plan } from '../augment/index.js';
import { checkedOptions, type LoaderOptions } from './options.js';
import { batchOf, countBatches, epochOrder, sampleRandom } from './order.js';

/** A batch of a loader before it is made: which images, and what chance wants done to each. */
export interface PlannedBatch {
  readonly indices: Int32Array;
  readonly plans: readonly Plan[];
}

/** The batches of a loader, for somebody who has the images already. */
export interface PlannedBatches {
  readonly batchesPerEpoch: number;
  /** The batches of an epoch (0, 1, 2...) from `startBatch` on. */
  epoch(epoch: number, startBatch?: number): IterableIterator<PlannedBatch>;
}

/**
 * What `createLoader` would load from a source of that many images with the same options, image by image and chance by chance.
 * @throws RangeError for an option out of its range; DataError when the source is less than a batch
 */
export function planBatches(source: { name: string; length: number }, options: LoaderOptions): PlannedBatches {
  const settings = checkedOptions(options);
  const { size, seed, augment } = settings;
  const planner = createPlanner(augment);
  const batchesPerEpoch = countBatches(source, settings);
  return {
    batchesPerEpoch,
    *epoch(epoch, startBatch = 0) {
      const order = epochOrder(source.length, epoch, settings);
      for (let k = startBatch; k < batchesPerEpoch; k++) {
        const indices = batchOf(order, k, settings);
        const draw = (index: number): Plan => planner(sampleRandom(seed, epoch, index), { width: size, height: size });
        yield { indices, plans: Array.from(indices, draw) };
      }
    },
  };
}

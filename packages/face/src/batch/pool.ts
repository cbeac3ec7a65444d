import { Worker } from 'node:worker_threads';
import {
  type FaceDetector,
  type FaceDetectorOptions,
  openFaceDetector,
  openPocketNet,
  type PocketNetOptions,
} from '../node/index.js';
import type { PocketNet } from '../pocketnet.js';

/** The same networks, opened several times: each has a core to itself. */
export interface Pool<T = PocketNet> {
  /** What all of them are; for what needs only one. */
  readonly first: T;
  /**
   * Does something with every item, as many at a time as there are workers; the results come in any order.
   *
   * @param done is told every result as it comes, one after the other
   * @throws the first error, once the others have finished what they had begun
   */
  each<I, R>(items: Iterable<I>, work: (opened: T, item: I) => Promise<R>, done: (result: R) => void): Promise<void>;
  close(): void;
}

/**
 * Opens networks in workers.
 *
 * @param workers one computes on this thread
 * @param options bytes, since they are sent; a detector of the user's own stays on this thread
 */
export const openPool = (workers: number, options: Omit<PocketNetOptions, 'worker'> = {}): Promise<Pool> =>
  poolOf(openPocketNet, workers, options);

/** Opens the detector alone, in workers; {@link openPool} otherwise. */
export const openDetectorPool = (
  workers: number,
  options: Omit<FaceDetectorOptions, 'worker'> = {},
): Promise<Pool<FaceDetector>> => poolOf(openFaceDetector, workers, options);

async function poolOf<T extends { close(): void }, O extends Omit<FaceDetectorOptions, 'worker'>>(
  open: (options: O & Pick<FaceDetectorOptions, 'worker'>) => Promise<T>,
  workers: number,
  options: O,
): Promise<Pool<T>> {
  const here = workers <= 1 || typeof options.detector === 'function' || typeof options.engine === 'function';
  const opened = await Promise.allSettled(
    Array.from({ length: here ? 1 : workers }, () => open(here ? options : { ...options, worker: startWorker })),
  );
  const all = opened.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  const close = (): void => {
    for (const each of all) each.close();
  };
  const failed = opened.find((each) => each.status === 'rejected');
  const [first] = all;
  if (failed || !first) {
    close();
    throw failed?.reason;
  }
  return {
    first,
    async each(items, work, done) {
      const waiting = items[Symbol.iterator]();
      let stopped = false;
      const ended = await Promise.allSettled(
        all.map(async (each) => {
          for (let next = waiting.next(); !next.done && !stopped; next = waiting.next()) {
            try {
              done(await work(each, next.value));
            } catch (error) {
              stopped = true;
              throw error;
            }
          }
        }),
      );
      const error = ended.find((each) => each.status === 'rejected');
      if (error) throw error.reason;
    },
    close,
  };
}

const startWorker = (): Worker => new Worker(new URL('../node/worker.js', import.meta.url));

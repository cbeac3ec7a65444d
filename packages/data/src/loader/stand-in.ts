import { Random } from '@pocketnet/files';
import { DataError } from '../data-error.js';
import type { FaceSource } from '../sources/face-source.js';

/** Stream of the seed, apart from those of `order.ts`. */
const STAND_IN = 3;
/** So many bad images, drawn one after another, are no accident. */
const PATIENCE = 64;

/** An image that could not be made, and why. */
export interface SkippedImage {
  readonly index: number;
  /** A sentence that names its place. */
  readonly reason: string;
}

/**
 * Makes image `index`, or where it is bad another one, drawn by the seed and the image alone: the same in every epoch, worker and run.
 *
 * @param onBadImage `fail` throws what is wrong with the image; `skip` tells `skipped` of it
 */
export async function withStandIn<T>(
  source: Pick<FaceSource, 'length' | 'name'>,
  index: number,
  { onBadImage, seed }: { onBadImage: 'fail' | 'skip'; seed: number },
  make: (index: number) => Promise<T>,
  skipped: (image: SkippedImage) => void,
): Promise<{ index: number; made: T }> {
  const random = new Random(seed, STAND_IN, index);
  for (let tries = 0, candidate = index; ; tries++, candidate = random.int(source.length)) {
    try {
      return { index: candidate, made: await make(candidate) };
    } catch (error) {
      if (onBadImage === 'fail' || !(error instanceof DataError)) throw error;
      skipped({ index: candidate, reason: `${error.place}: ${error.reason}.` });
      if (tries < PATIENCE) continue;
      const reason = `${PATIENCE} images drawn one after another are bad, the last: ${error.message.replace(/\.$/, '')}`;
      throw new DataError({ file: source.name, reason, remedy: 'Get the set again' }, { cause: error });
    }
  }
}

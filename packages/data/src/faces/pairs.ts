import { Random } from '@pocketnet/files';
import { encodeJpegSync } from '../picture/formats/jpeg.js';
import { drawFace } from './draw-face.js';

const PAIRS = 14;

/** The first number of the people in generated pairs: far above those of any generated training set. */
export const FIRST_STRANGER = 1_000_000;

/**
 * Verification pairs of generated faces, half of them (the first of every two) of the same person. Their people start at
 * number 1,000,000, so that no generated training set of the same seed holds any of them.
 *
 * @param options `identities`: how many people take part (at least 2); `pairs`: P; `seed`: the same as of the training set
 * @returns 2 P JPEGs, the two of a pair one after the other, and P answers
 */
export function generatedPairs(options: { identities?: number; pairs: number; seed?: number; size?: number }): {
  images: Uint8Array[];
  same: boolean[];
} {
  const { identities = 100, pairs, seed = 0, size = 112 } = options;
  if (!(Number.isInteger(identities) && identities >= 2)) {
    throw new RangeError(`Generated pairs need at least 2 identities, not ${identities}.`);
  }
  if (!(Number.isInteger(pairs) && pairs >= 1)) throw new RangeError(`There must be at least 1 pair, not ${pairs}.`);
  const random = new Random(seed, PAIRS);
  const images: Uint8Array[] = [];
  const same: boolean[] = [];
  // Every picture is a new sample, so no two pairs share one.
  let sample = 0;
  const shot = (person: number) =>
    encodeJpegSync(drawFace(FIRST_STRANGER + person, sample++, { seed, size }), GENERATED_QUALITY);
  for (let pair = 0; pair < pairs; pair++) {
    const isSame = pair % 2 === 0;
    const first = random.int(identities);
    const second = isSame ? first : (first + 1 + random.int(identities - 1)) % identities;
    images.push(shot(first), shot(second));
    same.push(isSame);
  }
  return { images, same };
}

/** JPEG quality of generated faces, where they are encoded at all. */
export const GENERATED_QUALITY = 95;

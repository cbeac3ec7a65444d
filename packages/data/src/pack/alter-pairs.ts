import type { PairSet } from '../formats/pairs.js';
import { decodePicture } from '../picture/decode.js';
import { encodeJpegSync } from '../picture/formats/jpeg.js';
import type { Picture } from '../picture/picture.js';

/** Little is lost at this quality, as where crops are aligned. */
const QUALITY = 95;

/**
 * The pairs with every second picture made another one, so that a network can be asked what it makes of a good picture beside a bad one.
 *
 * @param alter makes the second picture of a pair, by its number from 0
 * @param name what to call the pairs in an error about a damaged picture
 * @throws DataError that names a picture that cannot be decoded
 */
export async function alterPairs(
  { images, same }: PairSet,
  alter: (picture: Picture, pair: number) => Picture,
  name = 'the pairs',
): Promise<PairSet> {
  const all: Uint8Array[] = [];
  for (const [record, image] of images.entries()) {
    if (record % 2 === 0) {
      all.push(image);
      continue;
    }
    const picture = await decodePicture(image, { file: name, record });
    const altered = alter(picture, (record - 1) / 2);
    all.push(altered === picture ? image : encodeJpegSync(altered, QUALITY));
  }
  return { images: all, same };
}

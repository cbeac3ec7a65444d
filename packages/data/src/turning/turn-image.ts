import { decodePicture, type Origin } from '../picture/decode.js';
import { encodeJpegSync } from '../picture/jpeg.js';
import { turnPicture } from './turn-picture.js';
import type { Turn } from './turn-table.js';

/** Little is lost at this quality, as where crops are aligned. */
const QUALITY = 95;

/** An encoded crop turned, as a JPEG. @throws DataError that names `origin` where it cannot be decoded */
export async function turnImage(image: Uint8Array, turn: Turn, origin?: Origin): Promise<Uint8Array> {
  return encodeJpegSync(turnPicture(await decodePicture(image, origin), turn), QUALITY);
}

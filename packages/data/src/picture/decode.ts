import { DataError } from '../data-error.js';
import { readImageHeader } from '../formats/image-header.js';
import { decodeJpeg } from './jpeg.js';
import type { Picture } from './picture.js';

/** Where encoded bytes came from, for the message when they are damaged. */
export interface Origin {
  file: string;
  record?: number | string;
}

/**
 * Decodes a JPEG (here, at once) or a PNG, WebP, CMYK JPEG and the like (by sharp); transparency is laid over black.
 *
 * @throws DataError that names `origin` when the bytes are damaged, cut short, no picture, or larger than
 * {@link MAX_PIXELS}.
 */
export async function decodePicture(bytes: Uint8Array, origin: Origin = UNNAMED): Promise<Picture> {
  try {
    return isPlainJpeg(bytes) ? decodeJpeg(bytes) : await decodeBySharp(bytes);
  } catch (error) {
    const reason = error instanceof Error ? error.message.trim().replace(/\.$/, '') : String(error);
    throw new DataError({ ...origin, reason, remedy: 'Replace or remove this picture' }, { cause: error });
  }
}

/**
 * The largest picture that is decoded, in pixels. A file of a few bytes can claim 65,535 x 65,535; what a claim costs
 * is bounded before a codec believes it.
 */
export const MAX_PIXELS = 40_000_000;

const UNNAMED: Origin = { file: 'a picture' };

/** Whether {@link decodeJpeg} can take it: a JPEG of one or three components. Throws when it is too large. */
function isPlainJpeg(bytes: Uint8Array): boolean {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return false;
  const { width, height, channels } = readImageHeader(bytes);
  if (width * height > MAX_PIXELS) throw new RangeError(`the JPEG claims ${width}x${height}, above 40 megapixels`);
  return channels !== 4;
}

async function decodeBySharp(bytes: Uint8Array): Promise<Picture> {
  const { default: sharp } = await import('sharp'); // only now: most runs decode nothing but JPEG
  if (bytes.length === 0) throw new RangeError('the picture is empty (0 bytes)');
  const { data, info } = await sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: 'truncated' })
    .autoOrient()
    .flatten({ background: 'black' })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== 3) throw new RangeError(`the picture has ${info.channels} channels instead of 3`);
  return { width: info.width, height: info.height, data: new Uint8Array(data.buffer, data.byteOffset, data.length) };
}

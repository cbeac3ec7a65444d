import { DataError } from '../data-error.js';
import { type PictureFormat, type PictureSize, pictureFormatOf } from './formats/index.js';
import type { Picture } from './picture.js';

/** Where encoded bytes came from, for the message when they are damaged. */
export interface Origin {
  file: string;
  record?: number | string;
  /** What can be done there about a damaged picture, without a full stop. */
  remedy?: string;
}

/** A picture, and what it was kept as. */
export interface DecodedPicture extends Picture {
  /** The name of its {@link PictureFormat}. */
  readonly format: string;
}

/**
 * Decodes a picture of any known format, told by its content. This is the one judgement of a picture: what it refuses is damaged, for
 * the loader, for `data inspect`, for packing; what a decoder merely warns of is not.
 *
 * @throws DataError that names `origin` when pixels are lost: bytes that are damaged, cut short or no picture, or larger than
 * {@link MAX_PIXELS}.
 */
export async function decodePicture(bytes: Uint8Array, origin: Origin = UNNAMED): Promise<DecodedPicture> {
  return judging(bytes, origin, async (format) => ({ format: format.name, ...(await format.decode(bytes)) }));
}

/** The size of an encoded picture, as its header states it: nothing is decoded. @throws DataError that names `origin` */
export async function pictureSize(bytes: Uint8Array, origin: Origin = UNNAMED): Promise<PictureSize> {
  return judging(bytes, origin, (format) => format.size(bytes));
}

const UNNAMED: Origin = { file: 'a picture' };

async function judging<T>(
  bytes: Uint8Array,
  { remedy = 'Replace or remove this picture', ...origin }: Origin,
  read: (format: PictureFormat) => T | Promise<T>,
): Promise<T> {
  try {
    return await read(pictureFormatOf(bytes));
  } catch (error) {
    const [first = ''] = error instanceof Error ? error.message.trim().split('\n') : [String(error)];
    throw new DataError({ ...origin, reason: first.replace(/\.$/, ''), remedy }, { cause: error });
  }
}

import { ImageError } from '../image-error.js';
import type { ReadLimits } from '../image-kind.js';
import { bmp } from './bmp.js';
import { gif } from './gif.js';
import { avif, heic } from './heif.js';
import { jpeg } from './jpeg.js';
import type { PictureFormat, PictureSize } from './picture-format.js';
import { png } from './png.js';
import { svg } from './svg.js';
import { tiff } from './tiff.js';
import { webp } from './webp.js';

export type { PictureFormat, PictureSize } from './picture-format.js';

/** Every format that is told by its content; names and endings of files count for nothing. */
export const formats: readonly PictureFormat[] = [jpeg, png, webp, gif, bmp, avif, tiff, heic, svg];

/** What the header of an encoded picture says. */
export interface Encoded {
  readonly format: string;
  /** Undefined where only a decoder can tell. */
  readonly size: PictureSize | undefined;
}

/**
 * Judges an encoded picture by its header and its end; nothing is decoded.
 *
 * @param name what the picture is called in errors
 * @throws ImageError of what is empty, unknown, refused, cut off or too large, with what to do
 */
export function checkEncoded(bytes: Uint8Array, name: string, { maxPixels }: ReadLimits): Encoded {
  if (bytes.length === 0) throw new ImageError('empty', `${name}: it is empty, 0 bytes. Copy or download it again.`);
  const format = formats.find((each) => each.matches(bytes));
  if (!format) {
    const known = formats
      .flatMap(({ name: each, refused, pagesAlone }) => (refused || pagesAlone ? [] : [each]))
      .join(', ');
    throw new ImageError('unsupported', `${name}: it is no picture of a known format. Give ${known}.`);
  }
  if (format.refused) throw new ImageError('unsupported', `${name}: ${format.name} is not read. ${format.refused}`);
  const size = format.size?.(bytes);
  if (format.size && (!size || size.width < 1 || size.height < 1))
    throw new ImageError('truncated', `${name}: this ${format.name} states no size. Copy or download it again.`);
  if (size) checkPixels(size, name, maxPixels);
  if (format.isCut?.(bytes))
    throw new ImageError('truncated', `${name}: this ${format.name} is cut off. Copy or download it again.`);
  return { format: format.name, size };
}

/** @throws ImageError where a picture has more pixels than allowed */
export function checkPixels({ width, height }: PictureSize, name: string, maxPixels: number): void {
  if (width * height > maxPixels)
    throw new ImageError(
      'too-large',
      `${name}: it is ${width} x ${height}, more than ${maxPixels} pixels. Shrink it, or allow more by maxPixels.`,
    );
}

import { bmp } from './bmp.js';
import { avif, gif, png, tiff, webp } from './by-sharp.js';
import { jpeg } from './jpeg.js';
import type { PictureFormat } from './picture-format.js';

/** Every format that pictures are read in; the first that matches the bytes, whatever the file's name, decodes them. */
export const pictureFormats: readonly PictureFormat[] = [jpeg, png, webp, gif, tiff, avif, bmp];

/** With which a picture's file name may end: `jpg`, `png`, … */
export const pictureExtensions: readonly string[] = pictureFormats.flatMap(({ extensions }) => extensions);

const NAMED = new RegExp(`\\.(${pictureExtensions.join('|')})$`, 'i');

/** Whether a file's name is one of a picture. */
export const isPictureName = (name: string): boolean => NAMED.test(name);

/** A picture's name without the extension that says so. */
export const pictureStem = (name: string): string => name.replace(NAMED, '');

/** The format of encoded bytes. @throws RangeError, a sentence without a full stop, where they are of none */
export function pictureFormatOf(bytes: Uint8Array): PictureFormat {
  if (bytes.length === 0) throw new RangeError('the image is empty (0 bytes)');
  const format = pictureFormats.find(({ matches }) => matches(bytes));
  if (format) return format;
  const start = Buffer.from(bytes.subarray(0, 64));
  const first = start.subarray(0, 4).toString('hex');
  const guess = KNOWN_OTHERS.find(([pattern]) => pattern.test(start.toString('latin1')))?.[1];
  const known = pictureFormats.map(({ name }) => name.toUpperCase()).join(', ');
  throw new RangeError(`the image is ${guess ?? 'of no known format'} (it starts with ${first}); ${known} are read`);
}

const KNOWN_OTHERS: readonly [RegExp, string][] = [
  [/^....ftyp(hei[cfsx]|mif1|msf1)/s, 'a HEIC picture: convert it'],
  [/^....ftyp/s, 'a film'],
  [/^\s*<(!doctype|html)/i, 'a web page, saved in its place'],
  [/^version https:\/\/git-lfs/, 'a pointer of Git LFS: fetch the file itself'],
  [/^%PDF/, 'a PDF'],
  [/^PK/, 'a zip archive'],
];

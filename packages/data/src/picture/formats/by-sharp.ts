import type { Picture } from '../picture.js';
import { checkSize, holdsAt, MAX_PIXELS, type PictureFormat } from './picture-format.js';

const RIFF = (bytes: Uint8Array): boolean => holdsAt(bytes, 0, 'RIFF') && holdsAt(bytes, 8, 'WEBP');
const GIF = (bytes: Uint8Array): boolean => holdsAt(bytes, 0, 'GIF8');
const TIFF = (bytes: Uint8Array): boolean =>
  holdsAt(bytes, 0, [0x49, 0x49, 42, 0]) || holdsAt(bytes, 0, [0x4d, 0x4d, 0, 42]);
const PNG = (bytes: Uint8Array): boolean => holdsAt(bytes, 0, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** A HEIF container whose brands, in its first box, name AV1. */
const AVIF = (bytes: Uint8Array): boolean =>
  holdsAt(bytes, 4, 'ftyp') && /avi[fs]/.test(Buffer.from(bytes.subarray(8, 64)).toString('latin1'));

export const png = bySharp('png', ['png'], PNG);
export const webp = bySharp('webp', ['webp'], RIFF);
export const gif = bySharp('gif', ['gif'], GIF);
export const tiff = bySharp('tiff', ['tif', 'tiff'], TIFF);
export const avif = bySharp('avif', ['avif'], AVIF);

function bySharp(name: string, extensions: readonly string[], matches: PictureFormat['matches']): PictureFormat {
  return {
    name,
    extensions,
    matches,
    async size(bytes) {
      const { width, height } = await (await open(bytes)).metadata();
      return checkSize(name.toUpperCase(), { width, height });
    },
    decode: decodeBySharp,
  };
}

/** Decodes what libvips can, to eight bits of RGB. */
export async function decodeBySharp(bytes: Uint8Array): Promise<Picture> {
  const { data, info } = await (await open(bytes))
    .autoOrient()
    .flatten({ background: 'black' })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== 3) throw new RangeError(`the picture has ${info.channels} channels instead of 3`);
  return { width: info.width, height: info.height, data: new Uint8Array(data.buffer, data.byteOffset, data.length) };
}

/** `error`: damage ends the decoding, warnings do not. */
async function open(bytes: Uint8Array) {
  const { default: sharp } = await import('sharp'); // only now: most runs decode nothing but JPEG
  return sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: 'error' });
}

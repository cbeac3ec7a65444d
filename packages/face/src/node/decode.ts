import type { RgbImage } from '../align/image.js';
import { checkPixels } from '../images/formats/index.js';
import { checkEncoded, ImageError, type ReadLimits } from '../images/index.js';
import { loadSharp } from './sharp.js';

/**
 * Decodes a picture by `sharp`: upright by its EXIF orientation, as sRGB of 8 bits, transparent places black, of an animation the first
 * picture. It is told by its content, whatever its name ends in.
 *
 * @param name what it is called in errors
 * @throws ImageError that says what is wrong and what to do
 */
export async function decodeEncoded(bytes: Uint8Array, name: string, limits: ReadLimits): Promise<RgbImage> {
  const { format } = checkEncoded(bytes, name, limits);
  if (format === 'BMP')
    throw new ImageError('unsupported', `${name}: BMP is not read in Node. Save it as PNG or JPEG.`);
  const sharp = await loadSharp();
  const picture = sharp(bytes, { failOn: 'truncated', limitInputPixels: limits.maxPixels, pages: 1 });
  try {
    const { width = 0, height = 0 } = await picture.metadata();
    checkPixels({ width, height }, name, limits.maxPixels);
    const { data, info } = await picture
      .autoOrient()
      .flatten({ background: '#000000' })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    const pixels = new Uint8Array(data); // of its own: a Buffer may be a part of a pool
    return {
      width: info.width,
      height: info.height,
      data: info.channels === 3 ? pixels : threeOf(pixels, info.channels),
    };
  } catch (cause) {
    if (cause instanceof ImageError) throw cause;
    const [reason = ''] = (cause instanceof Error ? cause.message : String(cause)).trim().split('\n');
    if (/exceeds pixel limit/i.test(reason))
      throw new ImageError(
        'too-large',
        `${name}: it has more than ${limits.maxPixels} pixels. Shrink it, or allow more by maxPixels.`,
        { cause },
      );
    const cut = /premature|truncat|unexpected end|ended/i.test(reason);
    throw new ImageError(
      cut ? 'truncated' : 'damaged',
      `${name}: this ${format} is ${cut ? 'cut off' : 'damaged'} (${reason.replace(/\.$/, '')}). Copy or download it again.`,
      { cause },
    );
  }
}

/** Grey as three equal colours. */
function threeOf(pixels: Uint8Array, channels: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(
    { length: (pixels.length / channels) * 3 },
    (_, i) => pixels[Math.floor(i / 3) * channels] as number,
  );
}

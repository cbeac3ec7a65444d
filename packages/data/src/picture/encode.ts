import { encodeJpegSync } from './formats/jpeg.js';
import type { Picture } from './picture.js';

/** A baseline 4:4:4 JPEG of `quality` in 1..100. */
export async function encodeJpeg(picture: Picture, quality = 92): Promise<Uint8Array> {
  return encodeJpegSync(picture, quality);
}

/** A PNG: lossless. */
export async function encodePng({ width, height, data }: Picture): Promise<Uint8Array> {
  const { default: sharp } = await import('sharp');
  return sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

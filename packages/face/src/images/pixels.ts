import { channelsOf, type Image } from '../align/image.js';
import { ImageError } from './image-error.js';
import type { ImageKind } from './image-kind.js';

/** RGB or RGBA bytes with width and height; an `ImageData` is one. */
export const pixels: ImageKind = {
  name: 'RGB or RGBA bytes with width and height, or ImageData',
  accepts: (value) => hasPixels(value),
  read(value) {
    const image = value as Image; // accepted
    try {
      channelsOf(image);
    } catch (cause) {
      throw new ImageError('damaged', cause instanceof Error ? cause.message : String(cause), { cause });
    }
    return image;
  },
};

/** Whether a value is pixels already. */
export function hasPixels(value: unknown): value is Image {
  if (typeof value !== 'object' || value === null || !('data' in value)) return false;
  const { data } = value;
  return data instanceof Uint8Array || data instanceof Uint8ClampedArray;
}

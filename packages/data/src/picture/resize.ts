import { filterPicture, type Taps, tapsOf } from './filter.js';
import type { Picture } from './picture.js';

/**
 * Resizes by the triangle (bilinear) filter, widened by the factor of shrinking so that nothing aliases: what Pillow's
 * and torchvision's antialiased bilinear do. Pixel centres are at half coordinates.
 */
export function resizePicture(picture: Picture, width: number, height: number): Picture {
  if (!(Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0)) {
    throw new RangeError(`A picture cannot be resized to ${width} x ${height}: both must be whole and above 0.`);
  }
  if (picture.width === width && picture.height === height) return { width, height, data: picture.data.slice() };
  return filterPicture(picture, knownTaps(picture.width, width), knownTaps(picture.height, height));
}

/** A set's pictures are of one size, and making its taps takes a third of the time of resizing by them. */
const known = new Map<string, Taps>();

function knownTaps(from: number, to: number): Taps {
  const key = `${from}:${to}`;
  const found = known.get(key) ?? triangleTaps(from, to);
  if (known.size >= 64) known.clear(); // photos come in any size
  known.set(key, found);
  return found;
}

/** The triangle filter from `from` pixels to `to`. */
export function triangleTaps(from: number, to: number): Taps {
  const scale = from / to;
  const radius = Math.max(1, scale);
  return tapsOf(to, (target) => {
    const centre = (target + 0.5) * scale;
    const first = Math.max(0, Math.floor(centre - radius + 0.5));
    const end = Math.min(from, Math.floor(centre + radius + 0.5));
    const raw = Array.from({ length: end - first }, (_, offset) =>
      Math.max(0, 1 - Math.abs(first + offset + 0.5 - centre) / radius),
    );
    const total = raw.reduce((sum, weight) => sum + weight, 0);
    return raw.map((weight, offset) => [first + offset, weight / total] as const);
  });
}

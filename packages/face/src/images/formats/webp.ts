import { holds, littleEndian, type PictureFormat, sized } from './picture-format.js';

/** WebP (Google: WebP Container Specification): RIFF, then a lossy, lossless or extended first chunk. */
export const webp: PictureFormat = {
  name: 'WebP',
  matches: (bytes) => holds(bytes, 0, 'RIFF') && holds(bytes, 8, 'WEBP'),
  size(bytes) {
    const number = (offset: number, length: number): number => littleEndian(bytes, offset, length);
    if (holds(bytes, 12, 'VP8X')) return sized(number(24, 3) + 1, number(27, 3) + 1);
    if (holds(bytes, 12, 'VP8L')) {
      const bits = number(21, 4);
      return sized((bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1);
    }
    return sized(number(26, 2) & 0x3fff, number(28, 2) & 0x3fff);
  },
  isCut: (bytes) => !(littleEndian(bytes, 4, 4) + 8 <= bytes.length),
};

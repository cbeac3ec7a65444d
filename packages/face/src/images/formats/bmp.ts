import { holds, littleEndian, type PictureFormat, sized } from './picture-format.js';

/** Windows bitmap (Microsoft: BITMAPINFOHEADER); heights below 0 count from the top. */
export const bmp: PictureFormat = {
  name: 'BMP',
  pagesAlone: true,
  matches: (bytes) => holds(bytes, 0, 'BM') && [12, 40, 52, 56, 64, 108, 124].includes(littleEndian(bytes, 14, 4)),
  size(bytes) {
    if (littleEndian(bytes, 14, 4) === 12) return sized(littleEndian(bytes, 18, 2), littleEndian(bytes, 20, 2));
    return sized(littleEndian(bytes, 18, 4), Math.abs(littleEndian(bytes, 22, 4) | 0));
  },
  isCut: (bytes) => !(littleEndian(bytes, 2, 4) <= bytes.length),
};

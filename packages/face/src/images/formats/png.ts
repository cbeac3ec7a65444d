import { bigEndian, holds, type PictureFormat, sized } from './picture-format.js';

/** PNG (W3C): a signature, then IHDR first and IEND last. */
export const png: PictureFormat = {
  name: 'PNG',
  matches: (bytes) => holds(bytes, 0, '\x89PNG\r\n\x1a\n'),
  size: (bytes) => sized(bigEndian(bytes, 16, 4), bigEndian(bytes, 20, 4)),
  isCut(bytes) {
    for (let at = 8; ; ) {
      const length = bigEndian(bytes, at, 4);
      if (!(at + 12 + length <= bytes.length)) return true;
      if (holds(bytes, at + 4, 'IEND')) return false;
      at += 12 + length;
    }
  },
};

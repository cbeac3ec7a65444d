import { holds, littleEndian, type PictureFormat, sized } from './picture-format.js';

/** GIF (CompuServe, 89a); of an animated one the first picture counts. */
export const gif: PictureFormat = {
  name: 'GIF',
  matches: (bytes) => holds(bytes, 0, 'GIF8'),
  size: (bytes) => sized(littleEndian(bytes, 6, 2), littleEndian(bytes, 8, 2)),
};

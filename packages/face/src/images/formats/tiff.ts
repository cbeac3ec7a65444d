import { holds, type PictureFormat } from './picture-format.js';

/** TIFF (Adobe, 6.0). Its size stands anywhere in the file: whoever decodes it must ask. */
export const tiff: PictureFormat = {
  name: 'TIFF',
  matches: (bytes) => holds(bytes, 0, 'II*\0') || holds(bytes, 0, 'MM\0*'),
};

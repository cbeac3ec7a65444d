export { decodeJpeg, encodeJpegSync } from './jpeg.js';
export { MAX_PIXELS, type PictureFormat, type PictureSize } from './picture-format.js';
export { isPictureName, pictureExtensions, pictureFormatOf, pictureFormats, pictureStem } from './registry.js';

export { type DecodedPicture, decodePicture, type Origin, pictureSize } from './decode.js';
export { encodeJpeg, encodePng } from './encode.js';
export { filterPicture, type Taps } from './filter.js';
export { decodeAll, decodeToFloats, pictureToFloats, squared } from './floats.js';
export {
  decodeJpeg,
  encodeJpegSync,
  isPictureName,
  MAX_PIXELS,
  type PictureFormat,
  type PictureSize,
  pictureExtensions,
  pictureFormats,
  pictureStem,
} from './formats/index.js';
export { blankPicture, type Picture } from './picture.js';
export { resizePicture, triangleTaps } from './resize.js';

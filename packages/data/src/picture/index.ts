export { decodePicture, MAX_PIXELS, type Origin } from './decode.js';
export { encodeJpeg, encodePng } from './encode.js';
export { filterPicture, type Taps } from './filter.js';
export { decodeAll, decodeToFloats, pictureToFloats, squared } from './floats.js';
export { decodeJpeg, encodeJpegSync } from './jpeg.js';
export { blankPicture, type Picture } from './picture.js';
export { resizePicture, triangleTaps } from './resize.js';

import { blankPicture, type Picture } from '../picture.js';
import { checkClaim, checkSize, holdsAt, type PictureFormat } from './picture-format.js';

/**
 * Windows bitmaps, which libvips does not read: 1, 4, 8, 16, 24 and 32 bits a pixel, palettes, colour masks, RLE4 and RLE8, rows
 * from the bottom or from the top. (Microsoft: BITMAPINFOHEADER, Bitmap Compression.)
 */
export const bmp: PictureFormat = {
  name: 'bmp',
  extensions: ['bmp', 'dib'],
  matches: (bytes) => holdsAt(bytes, 0, 'BM'),
  size: (bytes) => checkSize('BMP', readHeader(bytes)),
  decode: decodeBmp,
};

const BI_RGB = 0;
const BI_RLE8 = 1;
const BI_RLE4 = 2;
const BI_BITFIELDS = 3;
const BI_ALPHABITFIELDS = 6;

interface Header {
  width: number;
  height: number;
  isTopDown: boolean;
  bits: number;
  compression: number;
  /** Offset of the pixels. */
  pixels: number;
  /** Offset of the palette, how many colours it has, and the bytes of one. */
  palette: { offset: number; colours: number; stride: number };
  /** Red, green, blue and alpha of 16 and 32 bits. */
  masks: readonly [number, number, number, number];
}

function readHeader(bytes: Uint8Array): Header {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = bytes.length >= 18 ? view.getUint32(14, true) : 0;
  if (bytes.length < 14 + Math.max(12, size)) throw new RangeError('the BMP ends before it states its size');
  const pixels = view.getUint32(10, true);
  if (size < 40) {
    if (size !== 12) throw new RangeError(`the BMP has a header of ${size} bytes, which no bitmap has`);
    const bits = view.getUint16(24, true); // OS/2
    return {
      width: view.getUint16(18, true),
      height: view.getUint16(20, true),
      isTopDown: false,
      bits,
      compression: BI_RGB,
      pixels,
      palette: { offset: 26, colours: bits <= 8 ? 2 ** bits : 0, stride: 3 },
      masks: usualMasks(bits),
    };
  }
  const height = view.getInt32(22, true);
  const bits = view.getUint16(28, true);
  const compression = view.getUint32(30, true);
  const hasMasks = compression === BI_BITFIELDS || compression === BI_ALPHABITFIELDS;
  const hasAlpha = size >= 56 || compression === BI_ALPHABITFIELDS;
  const beside = size === 40 && hasMasks ? (hasAlpha ? 16 : 12) : 0; // an old header is followed by the masks
  if (hasMasks && bytes.length < 54 + (hasAlpha ? 16 : 12))
    throw new RangeError('the BMP ends before its colour masks');
  const mask = (i: number): number => view.getUint32(54 + 4 * i, true);
  const stated = view.getUint32(46, true);
  return {
    width: view.getInt32(18, true),
    height: Math.abs(height),
    isTopDown: height < 0,
    bits,
    compression,
    pixels,
    palette: { offset: 14 + size + beside, colours: bits <= 8 ? stated || 2 ** bits : 0, stride: 4 },
    masks: hasMasks ? [mask(0), mask(1), mask(2), hasAlpha ? mask(3) : 0] : usualMasks(bits),
  };
}

const usualMasks = (bits: number): Header['masks'] =>
  bits === 16 ? [0x7c00, 0x03e0, 0x001f, 0] : [0xff0000, 0x00ff00, 0x0000ff, 0];

/** At best, but for bitmaps that jump over most of themselves: a run of 255 takes two bytes. */
const PIXELS_A_BYTE = 256;

function decodeBmp(bytes: Uint8Array): Picture {
  const header = checkSize('BMP', readHeader(bytes));
  const { bits, compression } = header;
  checkClaim('BMP', header, bytes, PIXELS_A_BYTE);
  const isRle = (compression === BI_RLE8 && bits === 8) || (compression === BI_RLE4 && bits === 4);
  const isPlain = compression === BI_RGB && [1, 4, 8, 16, 24, 32].includes(bits);
  const isMasked = (compression === BI_BITFIELDS || compression === BI_ALPHABITFIELDS) && [16, 32].includes(bits);
  if (!isRle && !isPlain && !isMasked) {
    throw new RangeError(`the BMP has ${bits} bits a pixel in compression ${compression}, which is not read`);
  }
  if (bits <= 8)
    return paint(header, isRle ? unpackRle(bytes, header) : unpackRows(bytes, header), coloursOf(bytes, header));
  return paintDirect(bytes, header);
}

/** Rows of the file are padded to four bytes. */
const strideOf = ({ width, bits }: Header): number => Math.ceil((width * bits) / 32) * 4;

const rowOf = ({ height, isTopDown }: Header, y: number): number => (isTopDown ? y : height - 1 - y);

function checkWhole(bytes: Uint8Array, { pixels, height }: Header, stride: number): void {
  const needed = pixels + stride * height;
  if (bytes.length < needed) throw new RangeError(`the BMP is cut off: it has ${bytes.length} of ${needed} bytes`);
}

/** A palette index for each pixel, rows in the order of the file. */
function unpackRows(bytes: Uint8Array, header: Header): Uint8Array {
  const { width, height, bits, pixels } = header;
  const stride = strideOf(header);
  checkWhole(bytes, header, stride);
  const indices = new Uint8Array(width * height);
  const perByte = 8 / bits;
  const mask = 2 ** bits - 1;
  for (let row = 0; row < height; row++) {
    const from = pixels + row * stride;
    for (let x = 0; x < width; x++) {
      const shift = 8 - bits * (1 + (x % perByte));
      indices[row * width + x] = ((bytes[from + Math.floor(x / perByte)] as number) >> shift) & mask; // inside: checkWhole
    }
  }
  return indices;
}

/**
 * Run-length encoding: `n index` repeats (of RLE4 two indices in turn), `0 0` ends a row, `0 1` the picture, `0 2 dx dy` moves on,
 * `0 n` and n indices, padded to two bytes, are taken as they are. What is jumped over has the index 0.
 */
function unpackRle(bytes: Uint8Array, { width, height, bits, pixels }: Header): Uint8Array {
  const indices = new Uint8Array(width * height);
  let [at, x, row] = [pixels, 0, 0];
  const next = (): number => {
    const byte = bytes[at++];
    if (byte === undefined) throw new RangeError('the BMP is cut off: its run-length encoding has no end');
    return byte;
  };
  const put = (index: number): void => {
    if (x < width && row < height) indices[row * width + x] = index;
    x++;
  };
  const nibble = (byte: number, i: number): number => (i % 2 === 0 ? byte >> 4 : byte & 15);
  while (row < height) {
    const [count, value] = [next(), next()];
    if (count > 0) {
      for (let i = 0; i < count; i++) put(bits === 8 ? value : nibble(value, i));
    } else if (value === 0) {
      [x, row] = [0, row + 1];
    } else if (value === 1) {
      break;
    } else if (value === 2) {
      x += next();
      row += next();
    } else {
      const start = at;
      for (let i = 0, byte = 0; i < value; i++) {
        if (bits === 8 || i % 2 === 0) byte = next();
        put(bits === 8 ? byte : nibble(byte, i));
      }
      if ((at - start) % 2 === 1 && at < bytes.length) at++;
    }
  }
  return indices;
}

/** Red, green and blue of each colour. */
function coloursOf(bytes: Uint8Array, { palette, pixels }: Header): Uint8Array {
  const { offset, stride } = palette;
  const colours = Math.min(palette.colours, 256, Math.max(0, Math.floor((pixels - offset) / stride)));
  if (offset + colours * stride > bytes.length) throw new RangeError('the BMP is cut off: it ends in its palette');
  const rgb = new Uint8Array(colours * 3);
  for (let i = 0; i < colours; i++) {
    for (let c = 0; c < 3; c++) rgb[3 * i + c] = bytes[offset + i * stride + 2 - c] as number; // inside, as just checked
  }
  return rgb;
}

function paint(header: Header, indices: Uint8Array, colours: Uint8Array): Picture {
  const { width, height } = header;
  const picture = blankPicture(width, height);
  for (let row = 0; row < height; row++) {
    let to = rowOf(header, row) * width * 3;
    for (let x = 0; x < width; x++, to += 3) {
      const colour = 3 * (indices[row * width + x] as number); // inside: width x height
      if (colour >= colours.length) {
        throw new RangeError(`the BMP has a pixel of colour ${colour / 3}, and its palette has ${colours.length / 3}`);
      }
      picture.data.set(colours.subarray(colour, colour + 3), to);
    }
  }
  return picture;
}

/** 16, 24 and 32 bits: a pixel is a number of which masks pick the colours. */
function paintDirect(bytes: Uint8Array, header: Header): Picture {
  const { width, height, bits, pixels, masks } = header;
  const stride = strideOf(header);
  checkWhole(bytes, header, stride);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const step = bits / 8;
  const at = (offset: number): number => {
    if (step === 2) return view.getUint16(offset, true);
    if (step === 4) return view.getUint32(offset, true);
    return view.getUint16(offset, true) | (view.getUint8(offset + 2) << 16);
  };
  const [red, green, blue, alpha] = masks.map(channelOf) as [Channel, Channel, Channel, Channel];
  const picture = blankPicture(width, height);
  const opacities = masks[3] === 0 ? undefined : new Uint8Array(width * height);
  for (let row = 0; row < height; row++) {
    const y = rowOf(header, row);
    for (let x = 0, from = pixels + row * stride; x < width; x++, from += step) {
      const pixel = at(from);
      const to = y * width + x;
      picture.data[3 * to] = red(pixel);
      picture.data[3 * to + 1] = green(pixel);
      picture.data[3 * to + 2] = blue(pixel);
      if (opacities) opacities[to] = alpha(pixel);
    }
  }
  return opacities ? overBlack(picture, opacities) : picture;
}

type Channel = (pixel: number) => number;

/** The bits of a mask, scaled to 0..255. */
function channelOf(mask: number): Channel {
  if (mask === 0) return () => 0;
  const shift = Math.clz32(mask & -mask) ^ 31;
  const most = mask >>> shift;
  return (pixel) => Math.round((((pixel & mask) >>> shift) * 255) / most);
}

/** Many writers leave alpha at zero throughout, and mean none. */
function overBlack(picture: Picture, opacities: Uint8Array): Picture {
  if (opacities.every((opacity) => opacity === 0)) return picture;
  for (const [i, opacity] of opacities.entries()) {
    for (let c = 3 * i; c < 3 * i + 3; c++) picture.data[c] = Math.round(((picture.data[c] as number) * opacity) / 255);
  }
  return picture;
}

/** What the first bytes of an encoded picture say about it. */
export interface ImageHeader {
  format: 'jpeg' | 'png';
  /** Pixels. */
  width: number;
  height: number;
  /** Colour components of a JPEG (1, 3, 4) or channels of a PNG (1 to 4; a palette counts as 3). */
  channels: number;
  /** Whether the closing marker (JPEG EOI, PNG IEND) is there; without it the file was cut off. */
  complete: boolean;
}

/**
 * Reads the size of a JPEG or PNG without decoding it.
 *
 * @throws RangeError, a sentence without a full stop, when `bytes` are not such a picture or end before its size.
 */
export function readImageHeader(bytes: Uint8Array): ImageHeader {
  if (bytes.length === 0) throw new RangeError('the image is empty (0 bytes)');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (startsWith(bytes, JPEG)) return readJpeg(view);
  if (startsWith(bytes, PNG)) return readPng(view);
  const first = Buffer.from(bytes.subarray(0, 4)).toString('hex');
  throw new RangeError(`the image is neither JPEG nor PNG (it starts with ${first})`);
}

const JPEG = [0xff, 0xd8, 0xff];
const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

function startsWith(bytes: Uint8Array, signature: readonly number[]): boolean {
  return signature.every((byte, index) => bytes[index] === byte);
}

/** ITU T.81 annex B: segments `FF marker length`, of which a start of frame (SOF0 to SOF15) holds the size. */
function readJpeg(view: DataView): ImageHeader {
  let at = 2;
  while (at + 4 <= view.byteLength) {
    if (view.getUint8(at) !== 0xff) throw new RangeError(`the JPEG is damaged: no marker at byte ${at}`);
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at += 1; // a fill byte
      continue;
    }
    if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7)) {
      at += 2; // TEM and RSTn stand alone
      continue;
    }
    if (marker === 0xda || marker === 0xd9) break; // the scan or the end: too late for a frame
    if (isStartOfFrame(marker)) {
      if (at + 10 > view.byteLength) break;
      return {
        format: 'jpeg',
        ...sized(view.getUint16(at + 7), view.getUint16(at + 5)),
        channels: view.getUint8(at + 9),
        complete: endsWithEoi(view),
      };
    }
    at += 2 + Math.max(2, view.getUint16(at + 2));
  }
  throw new RangeError('the JPEG ends before it states its size');
}

/** All of C0..CF but DHT (C4), JPG (C8) and DAC (CC). */
function isStartOfFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

/** Some writers pad after EOI, so zero bytes may follow it. */
function endsWithEoi(view: DataView): boolean {
  let end = view.byteLength;
  while (end > 2 && view.getUint8(end - 1) === 0) end--;
  return end >= 2 && view.getUint16(end - 2) === 0xffd9;
}

const IHDR = 0x49484452;
const IEND = 0x49454e44;
/** Channels by PNG colour type (PNG specification, 11.2.2). */
const PNG_CHANNELS: Record<number, number> = { 0: 1, 2: 3, 3: 3, 4: 2, 6: 4 };

function readPng(view: DataView): ImageHeader {
  if (view.byteLength < 26) throw new RangeError('the PNG ends before it states its size');
  const channels = PNG_CHANNELS[view.getUint8(25)];
  if (view.getUint32(12) !== IHDR || channels === undefined) throw new RangeError('the PNG has a damaged header');
  const complete = view.byteLength >= 45 && view.getUint32(view.byteLength - 8) === IEND;
  return { format: 'png', ...sized(view.getUint32(16), view.getUint32(20)), channels, complete };
}

function sized(width: number, height: number): { width: number; height: number } {
  if (width === 0 || height === 0) throw new RangeError(`the image states a size of ${width}x${height}`);
  return { width, height };
}

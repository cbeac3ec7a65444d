/** What a JPEG's first segments say about it. */
export interface JpegHeader {
  /** Pixels. */
  width: number;
  height: number;
  /** Colour components: 1, 3 or 4. */
  channels: number;
}

/**
 * Reads the size of a JPEG without decoding it (ITU T.81 annex B): segments `FF marker length`, of which a start of frame holds
 * it. Stray bytes between segments are passed over, as every decoder does.
 *
 * @throws RangeError, a sentence without a full stop, when it ends before its size.
 */
export function readJpegHeader(bytes: Uint8Array): JpegHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = nextMarker(bytes, 2); at + 4 <= bytes.length; ) {
    const marker = view.getUint8(at + 1);
    if (marker === SOS || marker === EOI) break; // too late for a frame
    if (isStandalone(marker)) {
      at = nextMarker(bytes, at + 2);
      continue;
    }
    if (isStartOfFrame(marker)) {
      if (at + 10 > bytes.length) break;
      return { width: view.getUint16(at + 7), height: view.getUint16(at + 5), channels: view.getUint8(at + 9) };
    }
    at = nextMarker(bytes, at + 2 + Math.max(2, view.getUint16(at + 2)));
  }
  throw new RangeError('the JPEG ends before it states its size');
}

export const SOS = 0xda;
export const EOI = 0xd9;

/** The offset of the first `FF marker` from `at` on, or the length of `bytes`; fill bytes (FF) and stuffed ones (FF 00) are none. */
export function nextMarker(bytes: Uint8Array, at: number): number {
  for (let i = at; i + 1 < bytes.length; i++) {
    if (bytes[i] === 0xff && bytes[i + 1] !== 0xff && bytes[i + 1] !== 0) return i;
  }
  return bytes.length;
}

/** TEM and RSTn, which have no length. */
export function isStandalone(marker: number): boolean {
  return marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7);
}

/** All of C0..CF but DHT (C4), JPG (C8) and DAC (CC). */
export function isStartOfFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

import { EOI, isStandalone, isStartOfFrame, nextMarker, SOS } from './jpeg-header.js';

/** Baseline and extended sequential DCT: one scan of a component has all there is of it. */
const SEQUENTIAL = [0xc0, 0xc1];
const APP0 = 0xe0;
const EXIF = 0xe1;
const ADOBE = 0xee;

/**
 * The same picture with what decoders only warn of put right, or undefined where its segments make no sense:
 *
 * - stray bytes between segments, which cameras leave, are dropped, and so are comments, colour profiles and other extras;
 * - the scans of a sequential JPEG say that they hold the coefficients 0 to 63; some phones write 0 to 0, and mean the same;
 * - JFIF's revision and Adobe's colour transform are ones that are known;
 * - a missing end of image is added where the last scan holds all components in full. One that lacks data then runs into it.
 *
 * libjpeg tells the first of its warnings only. What it still says of the mended bytes is therefore about the pixels.
 */
export function mendJpeg(bytes: Uint8Array): Uint8Array | undefined {
  const parts: Uint8Array[] = [Uint8Array.of(0xff, 0xd8)];
  const end = Uint8Array.of(0xff, EOI);
  let frame: { isSequential: boolean; components: number } | undefined;
  let isWhole = false; // whether the last scan holds all components in full
  for (let at = nextMarker(bytes, 2); at < bytes.length; ) {
    const marker = bytes[at + 1] ?? EOI;
    if (marker === EOI) return Buffer.concat([...parts, end]);
    if (isStandalone(marker)) {
      at = nextMarker(bytes, at + 2);
      continue;
    }
    const stop = at + 2 + (((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0));
    if (stop < at + 4 || stop > bytes.length) return undefined;
    const segment = bytes.slice(at, stop);
    if (isStartOfFrame(marker)) frame = { isSequential: SEQUENTIAL.includes(marker), components: segment[9] ?? 0 };
    if (marker === SOS) {
      const components = segment[4] ?? 0;
      if (frame?.isSequential) segment.set([0, 63, 0], 5 + 2 * components);
      isWhole = frame?.isSequential === true && components === frame.components;
      const next = endOfScan(bytes, stop);
      parts.push(segment, bytes.subarray(stop, next));
      at = next;
    } else {
      const mended = mendSegment(marker, segment);
      if (mended) parts.push(mended);
      at = nextMarker(bytes, stop);
    }
  }
  return isWhole ? Buffer.concat([...parts, end]) : undefined;
}

/** Undefined where nothing of the picture hangs on it. */
function mendSegment(marker: number, segment: Uint8Array): Uint8Array | undefined {
  if (marker === APP0) {
    if (segment.length >= 11) segment.set([1, 1], 9); // JFIF 1.01
    return segment;
  }
  if (marker === ADOBE) {
    if ((segment[15] ?? 0) > 2) segment[15] = 1; // YCbCr, which libjpeg takes it for
    return segment;
  }
  const isExtra = marker === 0xfe || (marker > APP0 && marker <= 0xef && marker !== EXIF);
  return isExtra ? undefined : segment;
}

/** Entropy-coded data end at a marker that restarts nothing. */
function endOfScan(bytes: Uint8Array, from: number): number {
  let at = nextMarker(bytes, from);
  while (at < bytes.length && isStandalone(bytes[at + 1] ?? 0)) at = nextMarker(bytes, at + 2);
  return at;
}

import { crc32c } from '@pocketnet/files';

/*
 * A log is a head and frames, all numbers little-endian, everything aligned to 4 bytes:
 *
 *   head   8 bytes "PNETLOG1", 4 of zeros, CRC-32C of the 12 before
 *   frame  4 bytes "fram", length of the payload, CRC-32C of the payload, CRC-32C of the 12 before; the payload
 *
 * A frame is a commit: it counts as a whole or not at all. The header has a checksum of its own, so that a flipped bit in
 * a length is told from a frame whose end was never written.
 */

export const HEAD_BYTES = 16;
export const FRAME_HEADER_BYTES = 16;
export const MARKER = 0x6d617266; // "fram"
const MAGIC = new TextEncoder().encode('PNETLOG1');

export function logHead(): Uint8Array {
  const head = new Uint8Array(HEAD_BYTES);
  head.set(MAGIC);
  viewOf(head).setUint32(12, crc32c(head.subarray(0, 12)), true);
  return head;
}

export function isLogHead(bytes: Uint8Array): boolean {
  const expected = logHead();
  return bytes.length >= HEAD_BYTES && expected.every((byte, i) => bytes[i] === byte);
}

/** Room for a frame whose payload `fill` writes. @param length of the payload, a multiple of 4 */
export function frameOf(length: number, fill: (payload: Uint8Array) => void): Uint8Array {
  const frame = new Uint8Array(FRAME_HEADER_BYTES + length);
  const payload = frame.subarray(FRAME_HEADER_BYTES);
  fill(payload);
  const view = viewOf(frame);
  view.setUint32(0, MARKER, true);
  view.setUint32(4, length, true);
  view.setUint32(8, crc32c(payload), true);
  view.setUint32(12, crc32c(frame.subarray(0, 12)), true);
  return frame;
}

/** What a frame's first bytes promise, or undefined where they are not those of a frame. */
export function readFrameHeader(bytes: Uint8Array): { readonly length: number; readonly checksum: number } | undefined {
  const view = viewOf(bytes);
  if (view.getUint32(0, true) !== MARKER || view.getUint32(12, true) !== crc32c(bytes.subarray(0, 12)))
    return undefined;
  return { length: view.getUint32(4, true), checksum: view.getUint32(8, true) };
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

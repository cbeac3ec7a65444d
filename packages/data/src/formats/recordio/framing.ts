import { DataError } from '../../data-error.js';
import type { RandomAccessFile } from '../random-access-file.js';

/**
 * The framing of RecordIO (dmlc-core): a record is one or more parts, and a part is
 *
 *     uint32 0xced7230a | uint32 cflag << 29 | length | payload | zeros up to a multiple of 4
 *
 * A payload that itself holds the magic at a multiple of 4 is cut there, the four bytes being left out, so that a reader
 * may find the next record after damage by looking for the magic.
 */
export const MAGIC = 0xced7230a;
const MAGIC_BYTES = Uint8Array.of(0x0a, 0x23, 0xd7, 0xce);
export const PART_HEAD = 8;
/** A length has 29 bits. */
export const LARGEST_PART = 2 ** 29 - 1;

const WHOLE = 0;
const FIRST = 1;
const MIDDLE = 2;
const LAST = 3;

interface Part {
  flag: number;
  /** Of the payload. */
  offset: number;
  length: number;
  /** Offset of what follows the padding. */
  next: number;
}

/** Where a record's payload lies: `parts` are stretches of the file, between which the magic is to be put back. */
export interface Frame {
  parts: { offset: number; length: number }[];
  /** Bytes of the payload, the magics between its parts included. */
  length: number;
  /** Offset of the record that follows. */
  next: number;
}

/** Reads the heads of the record at `offset`. @throws DataError that names `record`. */
export function readFrame(file: RandomAccessFile, offset: number, record: number): Frame {
  const first = readPart(file, offset, record);
  if (first.flag === WHOLE) return { parts: [first], length: first.length, next: first.next };
  if (first.flag !== FIRST) {
    throw damaged(
      file,
      record,
      `a record starts at offset ${offset} with the ${NAMES[first.flag] ?? 'unknown'} part of one`,
    );
  }
  const parts = [first];
  let length = first.length;
  let part = first;
  while (part.flag !== LAST) {
    part = readPart(file, part.next, record);
    if (part.flag !== MIDDLE && part.flag !== LAST) {
      throw damaged(
        file,
        record,
        `a record in parts is interrupted by another one at offset ${part.offset - PART_HEAD}`,
      );
    }
    parts.push(part);
    length += MAGIC_BYTES.length + part.length;
  }
  return { parts, length, next: part.next };
}

const NAMES: Record<number, string> = { [MIDDLE]: 'middle', [LAST]: 'last' };

function readPart(file: RandomAccessFile, offset: number, record: number): Part {
  if (offset + PART_HEAD > file.size) {
    throw damaged(file, record, `the head of a record at offset ${offset} reaches past the end (${file.size} bytes)`);
  }
  file.readInto(head, offset, record);
  const magic = headView.getUint32(0, true);
  if (magic !== MAGIC) {
    const found = magic.toString(16).padStart(8, '0');
    throw damaged(file, record, `no record starts at offset ${offset} (found ${found} where ced7230a belongs)`);
  }
  const word = headView.getUint32(4, true);
  const length = word & LARGEST_PART;
  const payload = offset + PART_HEAD;
  if (payload + length > file.size) {
    throw damaged(
      file,
      record,
      `${length} bytes at offset ${payload} reach past the end of the file (${file.size} bytes)`,
    );
  }
  return { flag: word >>> 29, offset: payload, length, next: payload + Math.ceil(length / 4) * 4 };
}

const head = new Uint8Array(PART_HEAD);
const headView = new DataView(head.buffer);

function damaged(file: RandomAccessFile, record: number, reason: string): DataError {
  const remedy =
    'The file is truncated, damaged or no RecordIO: get it again, or remove its .idx if that belongs to another';
  return new DataError({ file: file.path, record, reason, remedy });
}

/** The payload of a frame, its magics put back. */
export function readPayload(file: RandomAccessFile, frame: Frame, record: number): Uint8Array {
  const payload = new Uint8Array(frame.length);
  let at = 0;
  for (const [index, { offset, length }] of frame.parts.entries()) {
    if (index > 0) {
      payload.set(MAGIC_BYTES, at);
      at += MAGIC_BYTES.length;
    }
    file.readInto(payload.subarray(at, at + length), offset, record);
    at += length;
  }
  return payload;
}

/** Frames `payload` as one record; the pieces are to be written one after another. */
export function frame(payload: Uint8Array): Uint8Array[] {
  if (payload.length > LARGEST_PART) {
    throw new RangeError(`A RecordIO record holds at most ${LARGEST_PART} bytes, not ${payload.length}.`);
  }
  const cuts = alignedMagics(payload);
  const pieces: Uint8Array[] = [];
  let start = 0;
  for (const [index, cut] of cuts.entries()) {
    pieces.push(partHead(index === 0 ? FIRST : MIDDLE, cut - start), payload.subarray(start, cut));
    start = cut + MAGIC_BYTES.length;
  }
  const last = payload.subarray(start);
  pieces.push(partHead(cuts.length === 0 ? WHOLE : LAST, last.length), last);
  pieces.push(new Uint8Array(Math.ceil(last.length / 4) * 4 - last.length));
  return pieces;
}

function partHead(flag: number, length: number): Uint8Array {
  const bytes = new Uint8Array(PART_HEAD);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, ((flag << 29) | length) >>> 0, true);
  return bytes;
}

/** Offsets, multiples of 4, at which `payload` holds the magic. */
function alignedMagics(payload: Uint8Array): number[] {
  const buffer = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
  const found: number[] = [];
  for (let at = buffer.indexOf(MAGIC_BYTES); at >= 0; at = buffer.indexOf(MAGIC_BYTES, at + 1)) {
    if (at % 4 === 0) found.push(at);
  }
  return found;
}

import { crc32 } from '../crc.js';
import { FileError } from '../file-error.js';

/** One entry to store. */
export interface StoredEntry {
  name: string;
  data: Uint8Array;
}

/** PyTorch aligns every record, so that a file can be mapped into memory; it pads with an extra field named "FB". */
const alignment = 64;
const paddingField = 0x4246;
/** 1 January 1980, the first day that a zip can hold: the same tensors give the same bytes. */
const dosDate = (1 << 5) | 1;

/** The pieces of a zip file with stored, 64-byte aligned entries. Throws where it would pass 4 GiB or 65 535 entries. */
export function zipPieces(entries: readonly StoredEntry[], file: string): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  for (const { name, data } of entries) {
    const sum = crc32(data);
    const local = localHeader(name, data.length, sum, at);
    directory.push(directoryEntry(name, data.length, sum, at));
    pieces.push(local, data);
    at += local.length + data.length;
  }
  const directoryBytes = directory.reduce((total, entry) => total + entry.length, 0);
  if (at + directoryBytes > 0xffff_fffe || entries.length > 0xfffe) {
    throw new FileError(file, 'is too large for a zip file written here (4 GiB, 65 534 entries); use .safetensors');
  }
  return [...pieces, ...directory, endRecord(entries.length, directoryBytes, at)];
}

function localHeader(name: string, size: number, sum: number, at: number): Uint8Array {
  const nameBytes = new TextEncoder().encode(name);
  const fixed = 30 + nameBytes.length;
  const extra = 4 + ((alignment - ((at + fixed + 4) % alignment)) % alignment);
  const header = new Uint8Array(fixed + extra);
  const view = new DataView(header.buffer);
  view.setUint32(0, 0x04034b50, true);
  commonFields(view, 4, size, sum, nameBytes.length);
  view.setUint16(28, extra, true);
  header.set(nameBytes, 30);
  view.setUint16(fixed, paddingField, true);
  view.setUint16(fixed + 2, extra - 4, true);
  return header;
}

function directoryEntry(name: string, size: number, sum: number, offset: number): Uint8Array {
  const nameBytes = new TextEncoder().encode(name);
  const entry = new Uint8Array(46 + nameBytes.length);
  const view = new DataView(entry.buffer);
  view.setUint32(0, 0x02014b50, true);
  commonFields(view, 6, size, sum, nameBytes.length);
  view.setUint32(42, Math.min(offset, 0xffffffff), true);
  entry.set(nameBytes, 46);
  return entry;
}

/** The fields that a local header and a directory entry share: versions, flags (UTF-8), method 0, date, sum, sizes. */
function commonFields(view: DataView, at: number, size: number, sum: number, nameLength: number): void {
  view.setUint16(at, 20, true);
  view.setUint16(at + 2, 0x0800, true);
  view.setUint16(at + 8, dosDate, true);
  view.setUint32(at + 10, sum, true);
  view.setUint32(at + 14, Math.min(size, 0xffffffff), true);
  view.setUint32(at + 18, Math.min(size, 0xffffffff), true);
  view.setUint16(at + 22, nameLength, true);
}

function endRecord(count: number, directoryBytes: number, offset: number): Uint8Array {
  const record = new Uint8Array(22);
  const view = new DataView(record.buffer);
  view.setUint32(0, 0x06054b50, true);
  view.setUint16(8, count, true);
  view.setUint16(10, count, true);
  view.setUint32(12, directoryBytes, true);
  view.setUint32(16, offset, true);
  return record;
}

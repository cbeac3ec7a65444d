import { crc32c } from '@pocketnet/files';

// A record: u64 length, u32 masked CRC-32C of these 8 bytes, the data, u32 masked CRC-32C of the data; little-endian.
// https://www.tensorflow.org/tutorials/load_data/tfrecord

/** One record around some data. */
export function encodeRecord(data: Uint8Array): Uint8Array {
  const record = new Uint8Array(16 + data.length);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc32c(record.subarray(0, 8)), true);
  record.set(data, 12);
  view.setUint32(12 + data.length, maskedCrc32c(data), true);
  return record;
}

/**
 * The data of every record, as views. A last record that a killed process left unfinished is left out.
 * Throws, with the record's number, where a checksum differs.
 */
export function decodeRecords(bytes: Uint8Array, file: string): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const records: Uint8Array[] = [];
  for (let at = 0; at + 12 <= bytes.length; ) {
    const fail = (what: string) => new Error(`${file}: record ${records.length}: ${what} is damaged (CRC-32C differs)`);
    if (view.getUint32(at + 8, true) !== maskedCrc32c(bytes.subarray(at, at + 8))) throw fail('its length');
    const length = view.getBigUint64(at, true);
    if (length > BigInt(bytes.length - at - 16)) break;
    const data = bytes.subarray(at + 12, at + 12 + Number(length));
    if (view.getUint32(at + 12 + data.length, true) !== maskedCrc32c(data)) throw fail('its data');
    records.push(data);
    at += 16 + data.length;
  }
  return records;
}

/** The form in which TFRecord stores it, so that a CRC over data that holds CRCs stays a good one. */
export function maskedCrc32c(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

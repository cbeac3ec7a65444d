// Cyclic redundancy checks by table, of reflected polynomials: https://www.rfc-editor.org/rfc/rfc1952#section-8

/** Bytes that are taken at a time, each by a table of its own ("slicing", Kounavis and Berry 2005). */
const STEP = 16;
/** Below that many bytes a view of their words costs more than it saves. */
const FEW = 64;
const LITTLE_ENDIAN = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

/** CRC-32 of zip and PNG (ISO 3309), as an unsigned 32-bit number. */
export const crc32 = checksum(0xedb88320);

/** CRC-32C (Castagnoli, RFC 3720) of TFRecord, as an unsigned 32-bit number. */
export const crc32c = checksum(0x82f63b78);

function checksum(polynomial: number): (bytes: Uint8Array) => number {
  const tables = new Int32Array(STEP * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
    tables[byte] = crc;
  }
  for (let at = 256; at < tables.length; at++) {
    const before = entry(tables, at - 256);
    tables[at] = (before >>> 8) ^ entry(tables, before & 0xff);
  }
  const byBytes = (start: number, bytes: Uint8Array, from: number, to: number): number => {
    let crc = start;
    for (let at = from; at < to; at++) crc = (crc >>> 8) ^ entry(tables, (crc ^ octet(bytes, at)) & 0xff);
    return crc;
  };
  /** The four bytes of a word, `after` of the step's bytes behind them. */
  const word = (value: number, after: number): number =>
    entry(tables, ((after + 3) << 8) + (value & 0xff)) ^
    entry(tables, ((after + 2) << 8) + ((value >>> 8) & 0xff)) ^
    entry(tables, ((after + 1) << 8) + ((value >>> 16) & 0xff)) ^
    entry(tables, (after << 8) + (value >>> 24));
  return (bytes) => {
    if (bytes.length < FEW || !LITTLE_ENDIAN) return (byBytes(-1, bytes, 0, bytes.length) ^ -1) >>> 0;
    const first = (4 - (bytes.byteOffset & 3)) & 3; // words lie at multiples of four
    const steps = Math.floor((bytes.length - first) / STEP);
    const words = new Int32Array(bytes.buffer, bytes.byteOffset + first, (steps * STEP) / 4);
    let crc = byBytes(-1, bytes, 0, first);
    for (let at = 0; at < words.length; at += 4)
      crc =
        word(crc ^ entry(words, at), 12) ^
        word(entry(words, at + 1), 8) ^
        word(entry(words, at + 2), 4) ^
        word(entry(words, at + 3), 0);
    return (byBytes(crc, bytes, first + steps * STEP, bytes.length) ^ -1) >>> 0;
  };
}

function entry(tables: Int32Array, at: number): number {
  return tables[at] as number; // inside by its callers' masks and loops
}

function octet(bytes: Uint8Array, at: number): number {
  return bytes[at] as number; // inside by its callers' loops
}

// Cyclic redundancy checks by table, of reflected polynomials: https://www.rfc-editor.org/rfc/rfc1952#section-8

/** CRC-32 of zip and PNG (ISO 3309), as an unsigned 32-bit number. */
export const crc32 = checksum(0xedb88320);

/** CRC-32C (Castagnoli, RFC 3720) of TFRecord, as an unsigned 32-bit number. */
export const crc32c = checksum(0x82f63b78);

/** Four tables take four bytes at a time ("slicing", Kounavis and Berry 2005): a file of 250 MB is checked in a fraction of a second. */
function checksum(polynomial: number): (bytes: Uint8Array) => number {
  const tables = new Int32Array(4 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
    tables[byte] = crc;
  }
  for (let at = 256; at < tables.length; at++) {
    const before = entry(tables, at - 256);
    tables[at] = (before >>> 8) ^ entry(tables, before & 0xff);
  }
  return (bytes) => {
    let crc = -1;
    let at = 0;
    for (const end = bytes.length - 3; at < end; at += 4) {
      crc ^=
        octet(bytes, at) | (octet(bytes, at + 1) << 8) | (octet(bytes, at + 2) << 16) | (octet(bytes, at + 3) << 24);
      crc =
        entry(tables, 768 + (crc & 0xff)) ^
        entry(tables, 512 + ((crc >>> 8) & 0xff)) ^
        entry(tables, 256 + ((crc >>> 16) & 0xff)) ^
        entry(tables, crc >>> 24);
    }
    for (; at < bytes.length; at++) crc = (crc >>> 8) ^ entry(tables, (crc ^ octet(bytes, at)) & 0xff);
    return (crc ^ -1) >>> 0;
  };
}

function entry(tables: Int32Array, at: number): number {
  return tables[at] as number; // inside by its callers' masks
}

function octet(bytes: Uint8Array, at: number): number {
  return bytes[at] as number; // inside by its callers' loops
}

/** The header that MXNet puts before the image in a record (`IRHeader`, packed as `<IfQQ`). */
export interface RecordHeader {
  /** One number (flag 0), or several: `flag` float32 values that follow the header. */
  label: number | readonly number[];
  /** The record's key, as its writer says; unsigned 64-bit. */
  id?: bigint;
  /** Unused by face sets; unsigned 64-bit. */
  id2?: bigint;
}

/** A record taken apart. */
export interface ParsedRecord {
  /** Number of float32 labels after the header; 0: the label stands in the header. */
  flag: number;
  /** At least one value; the first is the class of an image. */
  labels: Float32Array;
  id: bigint;
  id2: bigint;
  /** The encoded image: a view on the payload, empty in index records. */
  image: Uint8Array;
}

export const HEADER_BYTES = 24;

/**
 * Takes a payload apart.
 *
 * @throws RangeError, a sentence without a full stop, when the payload is too short for what it states.
 */
export function decodeRecord(payload: Uint8Array): ParsedRecord {
  if (payload.length < HEADER_BYTES) {
    throw new RangeError(`a record of ${payload.length} bytes is too short for its header of ${HEADER_BYTES}`);
  }
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const flag = view.getUint32(0, true);
  const image = HEADER_BYTES + flag * 4;
  if (image > payload.length) {
    throw new RangeError(`a record of ${payload.length} bytes states ${flag} labels, which need ${image}`);
  }
  const labels = Float32Array.from({ length: Math.max(flag, 1) }, (_, i) =>
    view.getFloat32(flag === 0 ? 4 : HEADER_BYTES + i * 4, true),
  );
  return {
    flag,
    labels,
    id: view.getBigUint64(8, true),
    id2: view.getBigUint64(16, true),
    image: payload.subarray(image),
  };
}

/** The payload of one record: header, labels, image. Inverse of {@link decodeRecord}. */
export function encodeRecord({ label, id = 0n, id2 = 0n }: RecordHeader, image: Uint8Array): Uint8Array {
  const several = typeof label === 'number' ? [] : label;
  const payload = new Uint8Array(HEADER_BYTES + several.length * 4 + image.length);
  const view = new DataView(payload.buffer);
  view.setUint32(0, several.length, true);
  view.setFloat32(4, typeof label === 'number' ? label : 0, true);
  view.setBigUint64(8, id, true);
  view.setBigUint64(16, id2, true);
  for (const [i, value] of several.entries()) view.setFloat32(HEADER_BYTES + i * 4, value, true);
  payload.set(image, HEADER_BYTES + several.length * 4);
  return payload;
}

export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** A format of encoded pictures: how it is told, and what its header says. */
export interface PictureFormat {
  readonly name: string;
  matches(bytes: Uint8Array): boolean;
  /** What to do with it instead; such a format is refused. */
  readonly refused?: string;
  /** Browsers decode it, and Node's decoder does not: it is not recommended. */
  readonly pagesAlone?: boolean;
  /** The size that its header states; undefined where the header is cut off, or the format keeps it elsewhere. */
  size?(bytes: Uint8Array): PictureSize | undefined;
  /** Whether the end is missing. */
  isCut?(bytes: Uint8Array): boolean;
}

/** Whether `text`, taken as Latin-1, stands at an offset. */
export const holds = (bytes: Uint8Array, offset: number, text: string): boolean =>
  bytes.length >= offset + text.length && Array.from(text).every((c, i) => bytes[offset + i] === c.charCodeAt(0));

/** A big-endian number of some bytes; NaN beyond the end. */
export const bigEndian = (bytes: Uint8Array, offset: number, length: number): number =>
  offset + length > bytes.length
    ? Number.NaN
    : bytes.subarray(offset, offset + length).reduce((sum, b) => 256 * sum + b, 0);

/** A little-endian number of some bytes; NaN beyond the end. */
export const littleEndian = (bytes: Uint8Array, offset: number, length: number): number =>
  offset + length > bytes.length
    ? Number.NaN
    : bytes.subarray(offset, offset + length).reduceRight((sum, b) => 256 * sum + b, 0);

/** A size, if both sides are numbers. */
export const sized = (width: number, height: number): PictureSize | undefined =>
  Number.isFinite(width) && Number.isFinite(height) ? { width, height } : undefined;

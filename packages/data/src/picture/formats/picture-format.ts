import type { Picture } from '../picture.js';

/** In pixels. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** One way to encode pictures: a sibling in this folder, listed in `registry.ts`. */
export interface PictureFormat {
  /** `jpeg`, `png`, …: as `data inspect` names it. */
  readonly name: string;
  /** As files have them, in lower case and without the dot. */
  readonly extensions: readonly string[];
  /** Whether `bytes` begin as this format does. */
  matches(bytes: Uint8Array): boolean;
  /** What the header says, an EXIF orientation left out. @throws Error whose message is the reason, without a full stop */
  size(bytes: Uint8Array): PictureSize | Promise<PictureSize>;
  /**
   * Upright, as its EXIF orientation says; transparency is laid over black; of several pages or frames the first.
   * @throws Error, its message the reason without a full stop, wherever pixels are lost; but not for oddities that lose none
   */
  decode(bytes: Uint8Array): Picture | Promise<Picture>;
}

/**
 * The largest picture that is decoded, in pixels: phones of 2026 take 50 and 100 megapixels. A file of a few bytes can claim
 * 65,535 x 65,535; what a claim costs is bounded before a codec believes it.
 */
export const MAX_PIXELS = 110_000_000;

/** @throws RangeError where a picture claims more than {@link MAX_PIXELS}, or nothing */
export function checkSize<Size extends PictureSize>(name: string, size: Size): Size {
  const { width, height } = size;
  if (!(width > 0 && height > 0)) throw new RangeError(`the image states a size of ${width}x${height}`);
  if (width * height <= MAX_PIXELS) return size;
  throw new RangeError(`the ${name} claims ${width}x${height}, above ${MAX_PIXELS / 1e6} megapixels`);
}

/**
 * @param most pixels that one byte can encode at best
 * @throws RangeError where a picture claims more than its bytes can hold
 */
export function checkClaim(name: string, { width, height }: PictureSize, bytes: Uint8Array, most: number): void {
  if (width * height <= most * bytes.length) return;
  throw new RangeError(`the ${name} claims ${width}x${height}, which ${bytes.length} bytes cannot hold`);
}

/** Whether `bytes` hold this text or these bytes at an offset. */
export function holdsAt(bytes: Uint8Array, offset: number, expected: string | readonly number[]): boolean {
  const wanted = typeof expected === 'string' ? Buffer.from(expected, 'latin1') : expected;
  for (let i = 0; i < wanted.length; i++) if (bytes[offset + i] !== wanted[i]) return false;
  return true;
}

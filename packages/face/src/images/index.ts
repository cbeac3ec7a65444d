import type { Image } from '../align/image.js';
import { blob } from './blob.js';
import { drawable } from './drawable.js';
import { ImageError } from './image-error.js';
import type { ImageKind, ReadLimits } from './image-kind.js';
import { pixels } from './pixels.js';

export { checkEncoded, type Encoded, formats } from './formats/index.js';
export { ImageError, type ImageProblem } from './image-error.js';
export type { ImageKind, ReadLimits } from './image-kind.js';
export { hasPixels } from './pixels.js';

/** The kinds that every place knows; `pocketnet/node` adds files and their bytes. */
export const imageKinds: readonly ImageKind[] = [pixels, drawable, blob];

/** Most pixels of an encoded picture, unless the caller says. */
export const MAX_PIXELS = 100_000_000;

/**
 * The pixels of a picture of any kind.
 *
 * @throws ImageError that says what is wrong and what to do
 */
export async function readImage(
  value: unknown,
  kinds: readonly ImageKind[] = imageKinds,
  limits: Partial<ReadLimits> = {},
): Promise<Image> {
  return kindOf(value, kinds).read(value, { maxPixels: MAX_PIXELS, ...limits });
}

/** The kind of a picture. @throws ImageError where it is none of them */
export function kindOf(value: unknown, kinds: readonly ImageKind[]): ImageKind {
  const kind = kinds.find((each) => each.accepts(value));
  if (kind) return kind;
  const isNodes = typeof value === 'string' || value instanceof URL || ArrayBuffer.isView(value);
  const remedy =
    isNodes && kinds === imageKinds ? " Files and their bytes are read by what 'pocketnet/node' exports." : '';
  const names = new Set(kinds.map(({ name }) => name)); // a place may read a kind in its own way
  const given =
    value === null ? 'null' : typeof value === 'object' ? (value.constructor?.name ?? 'an object') : typeof value;
  throw new ImageError('not-an-image', `This is no picture (${given}). Give ${[...names].join('; ')}.${remedy}`);
}

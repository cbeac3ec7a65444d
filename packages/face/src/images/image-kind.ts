import type { Image } from '../align/image.js';

/** What reading an image must keep to. */
export interface ReadLimits {
  /** Most pixels of an encoded picture, asked of its header before anything is decoded. */
  readonly maxPixels: number;
}

/** One kind of thing that a picture comes as: a sibling in this folder, listed in a registry. */
export interface ImageKind {
  /** For messages, e.g. `an ImageBitmap`. */
  readonly name: string;
  accepts(value: unknown): boolean;
  /** The pixels of a value that it accepts. @throws ImageError that says what is wrong and what to do */
  read(value: unknown, limits: ReadLimits): Image | Promise<Image>;
}

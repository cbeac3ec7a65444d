/** An uncompressed picture, as decoders give it: three bytes a pixel (RGB), or four (RGBA, as a canvas' `ImageData` has). */
export interface Image {
  readonly width: number;
  readonly height: number;
  /** Rows from top to bottom, channels together. */
  readonly data: Uint8Array | Uint8ClampedArray;
}

/** A picture of three bytes a pixel. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array<ArrayBuffer>;
}

/** 3 or 4. @throws RangeError when size and data do not fit together. */
export function channelsOf({ width, height, data }: Image): 3 | 4 {
  const pixels = width * height;
  if (!(Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0)) {
    throw new RangeError(`A picture has a whole width and height above 0, not ${width} x ${height}.`);
  }
  if (data.length === 3 * pixels) return 3;
  if (data.length === 4 * pixels) return 4;
  throw new RangeError(
    `A picture of ${width} x ${height} has ${3 * pixels} bytes (RGB) or ${4 * pixels} (RGBA), not ${data.length}.`,
  );
}

/** An uncompressed picture: red, green and blue of each pixel, rows from top to bottom. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** `height * width * 3` values in 0..255, HWC. */
  readonly data: Uint8Array;
}

/** A black picture. */
export function blankPicture(width: number, height: number): Picture {
  return { width, height, data: new Uint8Array(width * height * 3) };
}

import { decodePicture, type Origin } from './decode.js';
import type { Picture } from './picture.js';
import { resizePicture } from './resize.js';

/** (x - 127.5) / 127.5 of every byte: the field's normalisation, to [-1, 1]. */
const NORMALISED = Float32Array.from({ length: 256 }, (_, byte) => (byte - 127.5) / 127.5);

/** Writes a picture as normalised floats, HWC, from `target[offset]` on. */
export function pictureToFloats({ data }: Picture, target: Float32Array, offset = 0): void {
  if (offset + data.length > target.length) {
    throw new RangeError(`A picture of ${data.length} values does not fit at ${offset} into ${target.length} floats.`);
  }
  for (let i = 0; i < data.length; i++) target[offset + i] = NORMALISED[data[i] as number] as number;
}

/** Decodes, resizes to `size` x `size` where it differs, and writes `size * size * 3` floats from `target[offset]` on. */
export async function decodeToFloats(
  bytes: Uint8Array,
  size: number,
  target: Float32Array,
  offset = 0,
  origin?: Origin,
): Promise<void> {
  pictureToFloats(squared(await decodePicture(bytes, origin), size), target, offset);
}

/** Decodes many into one NHWC array of shape (images.length, size, size, 3). */
export async function decodeAll(images: readonly Uint8Array[], size = 112, file = 'the images'): Promise<Float32Array> {
  const perImage = size * size * 3;
  const floats = new Float32Array(images.length * perImage);
  for (const [record, bytes] of images.entries()) {
    await decodeToFloats(bytes, size, floats, record * perImage, { file, record });
  }
  return floats;
}

/** The picture at `size` x `size`; itself where it has that size already. */
export function squared(picture: Picture, size: number): Picture {
  return picture.width === size && picture.height === size ? picture : resizePicture(picture, size, size);
}

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { decodePicture, type IjbFaces, type IjbLandmarks, type Picture, pictureToFloats } from '@pocketnet/data';
import { type Matrix, type Problem, ProblemCounter } from '@pocketnet/evaluate';
import { alignFace, type FiveLandmarks } from 'pocketnet/align';
import { type Embedder, mirrored, swapRedAndBlue } from '../embedders/embedder.js';

export interface IjbEmbedOptions {
  /** Crops of one call of the embedder; 64. */
  readonly batch?: number;
  /** Order of the channels that the embedder was trained with. */
  readonly channels?: 'rgb' | 'bgr';
  /** Whether the embedding of the mirrored crop is added. */
  readonly flip?: boolean;
  readonly onProgress?: (done: number, total: number) => void;
}

export interface IjbEmbeddedFaces {
  /** n x d, raw, in the faces' order; NaN where a face could not be embedded. */
  readonly embeddings: Matrix;
  readonly problems: readonly Problem[];
  /** Pictures that went through the network, mirror images included, and the seconds that it took. */
  readonly pictures: number;
  readonly seconds: number;
}

/**
 * Aligns every loose crop by its five landmarks and embeds it, its mirror image added.
 *
 * @param crops the folder of the crops
 * @param landmarks of face i, its row in `points`: `rowOf(i)`, −1 for none
 */
export async function embedIjbFaces(
  embedder: Embedder,
  crops: string,
  faces: IjbFaces,
  landmarks: IjbLandmarks,
  rowOf: (face: number) => number,
  options: IjbEmbedOptions = {},
): Promise<IjbEmbeddedFaces> {
  const { batch = 64, channels = 'rgb', flip = true, onProgress } = options;
  const { size, dimension } = embedder;
  const pixels = size * size * 3;
  const total = faces.names.length;
  const data = new Float32Array(total * dimension).fill(Number.NaN);
  const floats = new Float32Array(batch * pixels);
  let [pictures, seconds] = [0, 0];
  const unread = new ProblemCounter('images that are missing or cannot be decoded');
  const unaligned = new ProblemCounter('images whose landmarks cannot be aligned');

  const load = async (face: number, offset: number): Promise<boolean> => {
    const name = faces.names[face] ?? '';
    const photo = await readCrop(join(crops, name));
    if (!photo) {
      unread.add(() => name);
      return false;
    }
    const aligned = alignCrop(photo, landmarks.points, rowOf(face), size);
    if (aligned) pictureToFloats(aligned, floats, offset);
    else unaligned.add(() => name);
    return aligned !== undefined;
  };

  for (let start = 0; start < total; start += batch) {
    const loaded: number[] = [];
    const end = Math.min(start + batch, total);
    for (let face = start; face < end; face++)
      if (rowOf(face) !== -1 && (await load(face, loaded.length * pixels))) loaded.push(face);
    if (loaded.length > 0) {
      const images = floats.subarray(0, loaded.length * pixels);
      if (channels === 'bgr') swapRedAndBlue(images);
      const begun = performance.now();
      const straight = await embedder.embed(images, loaded.length);
      const mirror = flip ? await embedder.embed(mirrored(images, loaded.length, size), loaded.length) : undefined;
      seconds += (performance.now() - begun) / 1000;
      pictures += loaded.length * (flip ? 2 : 1);
      for (const [k, face] of loaded.entries())
        for (let i = 0; i < dimension; i++) {
          const at = k * dimension + i;
          data[face * dimension + i] = (straight[at] ?? Number.NaN) + (mirror ? (mirror[at] ?? Number.NaN) : 0);
        }
    }
    onProgress?.(end, total);
    await setImmediate(); // lets a Ctrl-C in: all of the above may settle without the event loop turning
  }
  return {
    embeddings: { rows: total, cols: dimension, data },
    problems: [...unread.found(), ...unaligned.found()],
    pictures,
    seconds,
  };
}

/** Undefined where there is no such picture, or a damaged one: one of half a million does not end the measurement. */
async function readCrop(path: string): Promise<Picture | undefined> {
  try {
    return await decodePicture(await readFile(path), { file: path });
  } catch {
    return undefined;
  }
}

/** Undefined where the points are degenerate. */
function alignCrop(photo: Picture, points: Float32Array, row: number, size: number): Picture | undefined {
  const point = (k: number) => [points[10 * row + 2 * k] ?? 0, points[10 * row + 2 * k + 1] ?? 0] as const;
  const five: FiveLandmarks = [point(0), point(1), point(2), point(3), point(4)];
  try {
    return alignFace(photo, five, { size });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

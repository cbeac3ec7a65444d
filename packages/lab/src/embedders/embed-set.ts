import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { DataError, decodeToFloats } from '@pocketnet/data';
import type { Matrix } from '@pocketnet/evaluate';
import { type Embedder, mirrored, swapRedAndBlue } from './embedder.js';
import type { ImageSet } from './image-set.js';

export interface EmbedSetOptions {
  /** Images of one call of the embedder; 64 unless said. */
  batch?: number;
  /** Order of the channels that the embedder was trained with. */
  channels?: 'rgb' | 'bgr';
  /** Whether mirror images are embedded too; true unless said. */
  flip?: boolean;
  /** Counts distinct images. */
  onProgress?: (done: number, total: number) => void;
}

/** An image without a usable embedding, and why. The rows of one that could not be read are NaN. */
export interface ImageProblem {
  readonly index: number;
  readonly reason: string;
  /** Whose fault it is: the picture's, or the embedding's. */
  readonly fault: 'picture' | 'embedding';
}

/** Raw embeddings of a set, row i being its image i. */
export interface EmbeddedSet {
  readonly images: Matrix;
  /** Those of the mirror images; undefined where there are none. */
  readonly flips: Matrix | undefined;
  /** Images that could not be read or whose embedding is not finite or zero, in their order. */
  readonly problems: readonly ImageProblem[];
  /** Pictures that went through the network, mirror images included, and the seconds that it took, decoding left out. */
  readonly faces: number;
  readonly seconds: number;
}

/**
 * Embeds a set, each distinct image once. An image that cannot be read is named in `problems` and does not stop the rest.
 * Memory: one batch of pictures, and the embeddings.
 */
export async function embedSet(embedder: Embedder, set: ImageSet, options: EmbedSetOptions = {}): Promise<EmbeddedSet> {
  const { batch = 64, channels = 'rgb', flip = true, onProgress } = options;
  const { size, dimension } = embedder;
  const { firsts, rows, unreadable } = distinctImages(set);
  const straight = new Float32Array(firsts.length * dimension).fill(Number.NaN);
  const mirror = flip ? straight.slice() : undefined;
  const reasons = new Map<number, string>();
  const perImage = size * size * 3;
  const floats = new Float32Array(Math.min(batch, Math.max(1, firsts.length)) * perImage);
  let [faces, seconds] = [0, 0];

  for (let start = 0; start < firsts.length; start += batch) {
    const taken: number[] = [];
    for (let at = start; at < Math.min(start + batch, firsts.length); at++) {
      const index = firsts[at] ?? 0;
      try {
        await decodeToFloats(set.read(index), size, floats, taken.length * perImage, set.place?.(index));
        taken.push(at);
      } catch (error) {
        reasons.set(at, said(error));
      }
    }
    if (channels === 'bgr') swapRedAndBlue(floats);
    if (taken.length > 0) {
      const begun = performance.now();
      scatter(await embedder.embed(floats, taken.length), straight, taken, dimension);
      if (mirror)
        scatter(await embedder.embed(mirrored(floats, taken.length, size), taken.length), mirror, taken, dimension);
      seconds += (performance.now() - begun) / 1000;
      faces += taken.length * (flip ? 2 : 1);
    }
    onProgress?.(Math.min(start + batch, firsts.length), firsts.length);
    await setImmediate(); // lets a Ctrl-C in: all of the above may settle without the event loop turning
  }

  const images = gather(straight, rows, dimension);
  const flips = mirror && gather(mirror, rows, dimension);
  const reasonOf = (index: number): string | undefined => unreadable.get(index) ?? reasons.get(rows[index] ?? -1);
  return { images, flips, faces, seconds, problems: problemsOf(images, flips, reasonOf) };
}

/**
 * Images whose embedding has no direction, with the mirror image's added where there is one: not finite or zero. For the reason known, else the
 * embedding itself is at fault.
 */
export function problemsOf(
  images: Matrix,
  flips: Matrix | undefined,
  reasonOf: (index: number) => string | undefined = () => undefined,
): ImageProblem[] {
  const problems: ImageProblem[] = [];
  for (let index = 0; index < images.rows; index++) {
    const state = stateOf(rowOf(images, index), flips && rowOf(flips, index));
    if (state === 'usable') continue;
    const reason = reasonOf(index);
    if (reason === undefined)
      problems.push({ index, reason: `Image ${index}: its embedding is ${state}.`, fault: 'embedding' });
    else problems.push({ index, reason, fault: 'picture' });
  }
  return problems;
}

type Row = Float32Array | Float64Array;

function stateOf(row: Row, mirror: Row | undefined): 'usable' | 'not finite' | 'zero' {
  let isZero = true;
  for (let k = 0; k < row.length; k++) {
    const sum = (row[k] ?? 0) + (mirror?.[k] ?? 0);
    if (!Number.isFinite(sum)) return 'not finite';
    isZero &&= sum === 0;
  }
  return isZero ? 'zero' : 'usable';
}

/** Row `index` of a matrix, a view. */
export function rowOf({ data, cols }: Matrix, index: number): Row {
  return data.subarray(index * cols, (index + 1) * cols);
}

const said = (error: unknown): string =>
  error instanceof DataError || error instanceof Error ? error.message : String(error);

/** A key for each image of a set, equal for equal pictures. Pictures that cannot be read are equal to no other. */
export function imageKeys(set: ImageSet): { keys: string[]; unreadable: Map<number, string> } {
  const unreadable = new Map<number, string>();
  const keys = Array.from({ length: set.length }, (_, index) => {
    try {
      return createHash('sha1').update(set.read(index)).digest('base64');
    } catch (error) {
      unreadable.set(index, said(error));
      return `unreadable ${index}`;
    }
  });
  return { keys, unreadable };
}

/** The distinct images of a set: the first of each kind, and for each image the place of its kind (-1: unreadable). */
function distinctImages(set: ImageSet) {
  const { keys, unreadable } = imageKeys(set);
  const places = new Map<string, number>();
  const firsts: number[] = [];
  const rows = Int32Array.from(keys, (key, index) => {
    if (unreadable.has(index)) return -1;
    const known = places.get(key);
    if (known !== undefined) return known;
    places.set(key, firsts.length);
    return firsts.push(index) - 1;
  });
  return { firsts, rows, unreadable };
}

function scatter(from: Float32Array, to: Float32Array, rows: readonly number[], width: number): void {
  for (const [i, row] of rows.entries()) to.set(from.subarray(i * width, (i + 1) * width), row * width);
}

function gather(from: Float32Array, rows: Int32Array, width: number): Matrix {
  const data = new Float32Array(rows.length * width);
  for (const [i, row] of rows.entries()) {
    const own = data.subarray(i * width, (i + 1) * width);
    if (row < 0) own.fill(Number.NaN);
    else own.set(from.subarray(row * width, (row + 1) * width));
  }
  return { rows: rows.length, cols: width, data };
}

import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { decodeToFloats, type PairSet } from '@pocketnet/data';
import type { Matrix } from '@pocketnet/evaluate';
import { type Embedder, mirrored, swapRedAndBlue } from './embedder.js';

export interface EmbedPairsOptions {
  /** Images of one call of the embedder. */
  batch?: number;
  /** Order of the channels that the embedder was trained with. */
  channels?: 'rgb' | 'bgr';
  onProgress?: (done: number, total: number) => void;
}

export interface EmbeddedPairs {
  /** [2P, d]: image plus mirror image, raw. */
  sums: Matrix;
  /** Mean norm of the raw embeddings of images and mirror images: the XNorm of the field's logs. */
  xNorm: number;
}

/**
 * Embeds the 2P images of a verification set as the protocol asks (facts 1.9): image and mirror image, summed, raw. Images that
 * occur several times are embedded once.
 */
export async function embedPairs(
  embedder: Embedder,
  pairs: PairSet,
  options: EmbedPairsOptions = {},
): Promise<EmbeddedPairs> {
  const { batch = 64, channels = 'rgb', onProgress } = options;
  const { distinct, rows } = distinctImages(pairs.images);
  const { size, dimension } = embedder;
  const sums = new Float32Array(distinct.length * dimension);
  const norms = new Float64Array(distinct.length);
  const floats = new Float32Array(batch * size * size * 3);
  for (let start = 0; start < distinct.length; start += batch) {
    const part = distinct.slice(start, start + batch);
    for (const [i, image] of part.entries()) await decodeToFloats(image, size, floats, i * size * size * 3);
    if (channels === 'bgr') swapRedAndBlue(floats);
    const straight = await embedder.embed(floats, part.length);
    const mirror = await embedder.embed(mirrored(floats, part.length, size), part.length);
    for (let i = 0; i < part.length * dimension; i++)
      sums[start * dimension + i] = (straight[i] ?? 0) + (mirror[i] ?? 0);
    for (let i = 0; i < part.length; i++)
      norms[start + i] = (rowNorm(straight, i, dimension) + rowNorm(mirror, i, dimension)) / 2;
    onProgress?.(start + part.length, distinct.length);
    await setImmediate(); // lets a Ctrl-C in: all of the above may settle without the event loop turning
  }
  const data = new Float32Array(rows.length * dimension);
  for (const [i, row] of rows.entries()) data.set(sums.subarray(row * dimension, (row + 1) * dimension), i * dimension);
  const xNorm = rows.reduce((sum, row) => sum + (norms[row] ?? 0), 0) / rows.length;
  return { sums: { rows: rows.length, cols: dimension, data }, xNorm };
}

function rowNorm(data: Float32Array, row: number, width: number): number {
  return Math.hypot(...data.subarray(row * width, (row + 1) * width));
}

/** The distinct images among the given, and for each given one its place among them. */
function distinctImages(images: readonly Uint8Array[]): { distinct: Uint8Array[]; rows: number[] } {
  const places = new Map<string, number>();
  const distinct: Uint8Array[] = [];
  const rows = images.map((image) => {
    const key = createHash('sha1').update(image).digest('base64');
    const known = places.get(key);
    if (known !== undefined) return known;
    places.set(key, distinct.length);
    return distinct.push(image) - 1;
  });
  return { distinct, rows };
}

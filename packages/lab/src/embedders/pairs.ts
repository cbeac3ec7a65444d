import type { PairSet } from '@pocketnet/data';
import type { Matrix } from '@pocketnet/evaluate';
import { meanNorm } from '@pocketnet/evaluate';
import { type EmbedSetOptions, embedSet } from './embed-set.js';
import type { Embedder } from './embedder.js';
import { pairImages } from './image-set.js';

export type EmbedPairsOptions = Omit<EmbedSetOptions, 'flip'>;

export interface EmbeddedPairs {
  /** [2P, d]: image plus mirror image, raw. */
  sums: Matrix;
  /** Mean norm of the raw embeddings of images and mirror images: the XNorm of the field's logs. */
  xNorm: number;
}

/**
 * Embeds the 2P images of a verification set as the protocol asks (facts 1.9): image and mirror image, summed, raw. Images that
 * occur several times are embedded once.
 *
 * @throws Error for the first image that cannot be read; embeddings that are not finite or zero are passed on
 */
export async function embedPairs(
  embedder: Embedder,
  pairs: PairSet,
  options: EmbedPairsOptions = {},
): Promise<EmbeddedPairs> {
  const { images, flips, problems } = await embedSet(embedder, pairImages('the pairs', pairs), options);
  const unread = problems.find(({ fault }) => fault === 'picture');
  if (unread) throw new Error(unread.reason);
  if (!flips) throw new Error('The embedder gave no mirror images.');
  const data = images.data.map((value, i) => value + (flips.data[i] ?? 0)) as Float32Array;
  return { sums: { rows: images.rows, cols: images.cols, data }, xNorm: meanNorm(images, flips) };
}

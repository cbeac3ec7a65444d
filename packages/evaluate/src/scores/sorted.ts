import { upperBound } from '../bounds.js';

/** Similarity scores of millions of pairs, each kind sorted in ascending order. −Infinity marks a pair that cannot be scored. */
export interface SortedScores {
  readonly genuine: Float32Array | Float64Array;
  readonly impostor: Float32Array | Float64Array;
}

/**
 * Splits the scores of a long list of pairs by their truths and sorts both parts, in the precision that they come in: all that
 * the exact curve and its operating points need. About 8 bytes a pair and a second for ten million pairs.
 *
 * @param scores higher = more alike; −Infinity where a pair cannot be scored, and so is never accepted
 * @param same per pair, 0 or not 0
 * @throws Error when the lengths differ, a kind is missing, or a score is NaN or +Infinity
 */
export function sortScores(scores: Float32Array | Float64Array, same: ArrayLike<number>): SortedScores {
  if (scores.length !== same.length)
    throw new Error(`${scores.length} scores have ${same.length} truths. Give one truth per score.`);
  let genuineCount = 0;
  for (let pair = 0; pair < scores.length; pair++) {
    if (same[pair] !== 0) genuineCount++;
    if (!((scores[pair] ?? Number.NaN) < Infinity))
      throw new Error(`The score of pair ${pair} is ${scores[pair]}. Check the embeddings.`);
  }
  const impostorCount = scores.length - genuineCount;
  if (genuineCount === 0 || impostorCount === 0)
    throw new Error(
      `There are ${genuineCount} genuine and ${impostorCount} impostor pairs. A curve needs pairs of both kinds.`,
    );
  const Floats = scores instanceof Float32Array ? Float32Array : Float64Array;
  const genuine = new Floats(genuineCount);
  const impostor = new Floats(impostorCount);
  let g = 0;
  let i = 0;
  for (let pair = 0; pair < scores.length; pair++) {
    if (same[pair] !== 0) genuine[g++] = scores[pair] ?? 0;
    else impostor[i++] = scores[pair] ?? 0;
  }
  return { genuine: genuine.sort(), impostor: impostor.sort() };
}

/** How many of the ascending `values` lie strictly above `limit`. */
export const countAbove = (values: Float32Array | Float64Array, limit: number): number =>
  values.length - upperBound(values, limit);

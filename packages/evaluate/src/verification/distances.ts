import { checkDirections, type Matrix, normaliseRows } from '../matrix.js';

/**
 * Squared Euclidean distance (0 … 4) of the unit embeddings of each pair, rows 2i and 2i + 1.
 *
 * @param embeddings 2P x d, any scale
 * @returns P distances, 2 − 2·cosine
 * @throws Error when sizes do not fit, values are not finite or an embedding is zero
 */
export function pairDistances(embeddings: Matrix): Float64Array {
  checkDirections(embeddings, 'embeddings');
  const { rows, cols, data } = normaliseRows(embeddings);
  const distances = new Float64Array(rows / 2);
  for (let pair = 0; pair < distances.length; pair++) {
    const left = 2 * pair * cols;
    const right = left + cols;
    let sum = 0;
    for (let i = 0; i < cols; i++) sum += ((data[left + i] ?? 0) - (data[right + i] ?? 0)) ** 2;
    distances[pair] = sum;
  }
  return distances;
}

import { checkDirections, type Matrix, normaliseRows } from '../matrix.js';

/** Embeddings with labels, prepared for comparing all pairs. */
export interface People {
  /** N x d unit vectors in float32. */
  readonly unit: Float32Array;
  readonly count: number;
  readonly dimension: number;
  /** Whose face each row is: 0 … people - 1. */
  readonly identity: Int32Array;
  readonly people: number;
}

/**
 * Prepares embeddings and labels. Labels may be any numbers.
 *
 * @throws Error when sizes do not fit, a value is not finite, a row is zero, or there are fewer than two people
 */
export function gatherPeople(embeddings: Matrix, labels: ArrayLike<number>): People {
  checkDirections(embeddings, 'embeddings');
  if (labels.length !== embeddings.rows)
    throw new Error(`${embeddings.rows} embeddings have ${labels.length} labels. Give one label per embedding.`);
  const numbers = new Map<number, number>();
  const identity = Int32Array.from(labels, (label) => {
    const known = numbers.get(label);
    if (known !== undefined) return known;
    numbers.set(label, numbers.size);
    return numbers.size - 1;
  });
  if (numbers.size < 2)
    throw new Error('All faces show one person, so there are no impostor pairs. Give two people or more.');
  const { rows: count, cols: dimension, data } = normaliseRows(embeddings);
  return { unit: Float32Array.from(data), count, dimension, identity, people: numbers.size };
}

/**
 * Computes the cosines of every face with all earlier faces: `visit(row, scores)`, where scores[j], j < row, is the cosine with
 * face j. The array is reused. Equal input gives equal scores, call for call. About a thousand million multiply-adds a second.
 */
export function eachRow(
  { unit, count, dimension }: People,
  visit: (row: number, scores: Float32Array) => void,
  onProgress?: (done: number, total: number) => void,
): void {
  const scores = new Float32Array(count);
  for (let row = 1; row < count; row++) {
    scoreRow(unit, dimension, row, scores);
    visit(row, scores);
    if (row % 64 === 0) onProgress?.(row, count);
  }
  onProgress?.(count, count);
}

/** Four faces at a time: their sums do not wait for each other. */
function scoreRow(unit: Float32Array, d: number, row: number, scores: Float32Array): void {
  const own = unit.subarray(row * d, (row + 1) * d);
  let j = 0;
  for (; j + 4 <= row; j += 4) {
    const at = j * d;
    let [a, b, c, e] = [0, 0, 0, 0];
    for (let k = 0; k < d; k++) {
      const x = own[k] as number; // all inside by the loops' bounds
      a += x * (unit[at + k] as number);
      b += x * (unit[at + d + k] as number);
      c += x * (unit[at + 2 * d + k] as number);
      e += x * (unit[at + 3 * d + k] as number);
    }
    scores[j] = a;
    scores[j + 1] = b;
    scores[j + 2] = c;
    scores[j + 3] = e;
  }
  for (; j < row; j++) {
    let sum = 0;
    for (let k = 0; k < d; k++) sum += (own[k] as number) * (unit[j * d + k] as number);
    scores[j] = sum;
  }
}

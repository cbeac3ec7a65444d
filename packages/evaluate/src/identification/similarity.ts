import type { Matrix } from '../matrix.js';

/**
 * How alike two vectors are, higher = more alike: `dot`, their inner product (the cosine of unit vectors), or `distance`, the
 * negative squared distance −|x − y|², which is what the MegaFace devkit calls a score. On unit vectors they rank alike.
 */
export type Similarity = 'dot' | 'distance';

/** The similarity of row `a` of one matrix and row `b` of another, in float64, always added in the same order. */
export function similarity(kind: Similarity, left: Matrix, a: number, right: Matrix, b: number): number {
  const { cols: width, data: x } = left;
  const y = right.data;
  const [i, j] = [a * width, b * width];
  let sum = 0;
  if (kind === 'dot') {
    for (let k = 0; k < width; k++) sum += (x[i + k] as number) * (y[j + k] as number); // rows of both
    return sum;
  }
  for (let k = 0; k < width; k++) sum += ((x[i + k] as number) - (y[j + k] as number)) ** 2; // rows of both
  return -sum;
}

/** Squared L2 length of every row, in float64. */
export function squaredNorms({ rows, cols, data }: Matrix): Float64Array {
  const squares = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let i = row * cols; i < (row + 1) * cols; i++) sum += (data[i] as number) ** 2; // inside by the bounds
    squares[row] = sum;
  }
  return squares;
}

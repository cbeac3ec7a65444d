/**
 * All inner products of two blocks of vectors: `scores[p · G + g] = Σₖ left[p · width + k] · right[g · width + k]`.
 *
 * @param left P vectors, one after the other
 * @param right G vectors, one after the other
 * @param width of a vector
 * @param scores where the P · G products go, row p holding those of left vector p; its former content is lost
 *
 * Every product lies within `width · 2⁻²⁴ · |left| · |right|` of the true sum, which is what float32 promises in whatever order
 * it adds; a vector that holds NaN gives NaN. What is built on it allows for that error (`ScoreScan`), so that its results
 * are the same with every implementation.
 *
 * @throws an Error when the arrays do not fit each other
 */
export type Product = (left: Float32Array, right: Float32Array, width: number, scores: Float32Array) => void;

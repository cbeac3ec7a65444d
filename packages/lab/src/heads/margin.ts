import { ops, type Tensor } from '@pocketnet/torch';

/**
 * What makes a soft-max over cosines discriminative: it asks more of the target than of the other classes. Everything else that
 * the heads do (this file) is the same for all of them.
 */
export interface Margin {
  /** s: what all cosines are multiplied with. */
  readonly scale: number;
  /** Whether a sample's margin depends on how the others of its batch do; then `apply` must see the whole batch at once. */
  readonly comparesSamples: boolean;
  /**
   * @param cosines [N, 1]: of every sample with the centre of its own class, within [−1 + edge, 1 − edge]
   * @returns [N, 1]: what takes their place among the logits, before scaling
   */
  apply(cosines: Tensor): Tensor;
}

/**
 * Cosines are kept this far inside [−1, 1]: sin θ = √(1 − cos²θ) has an infinite slope at the ends. (The released code keeps
 * them below 1 + 1e-5 instead, and yields NaN there: facts 1.11, 11.)
 */
export const edge = 1e-5;

/**
 * Cosines [N, classes] of embeddings with class centres, kept off ±1.
 * @param embeddings [N, d], raw
 * @param centres [d, classes], of any length
 */
export function cosinesOf(embeddings: Tensor, centres: Tensor): Tensor {
  return cosinesOfUnits(ops.normalize(embeddings, 1), ops.normalize(centres, 0));
}

/** The same of rows and columns that have unit length already. */
export const cosinesOfUnits = (embeddings: Tensor, centres: Tensor): Tensor =>
  ops.clamp(ops.matmul(embeddings, centres), -1 + edge, 1 - edge);

/**
 * Logits [N, classes]: s·cos θ, and for the target s·margin(cos θ).
 * @param labels int64 [N]
 */
export function marginLogits(cosines: Tensor, labels: Tensor, margin: Margin): Tensor {
  const index = ops.reshape(labels, [-1, 1]);
  const moved = margin.apply(ops.gather(cosines, 1, index));
  return ops.mulScalar(ops.scatter(cosines, 1, index, moved), margin.scale);
}

import { ops, type Tensor } from '@pocketnet/torch';

/**
 * How far students are from their targets, as a scalar to be minimised.
 * @param embeddings [N, d], raw
 * @param targets [N, d], of unit length
 * @param weight w, the published 100 unless configured
 */
export type DistillationLoss = (embeddings: Tensor, targets: Tensor, weight: number) => Tensor;

/**
 * w · MSE(f_s, f_t) over unit embeddings, the mean over images and dimensions (facts 1.7): the paper's template distillation. It equals
 * (w / d) (2 − 2 cos), hence halves from d = 128 to 256.
 */
export const templateLoss: DistillationLoss = (embeddings, targets, weight) =>
  ops.mulScalar(ops.mseLoss(ops.normalize(embeddings), ops.normalize(targets)), weight);

/** (w / 128) (2 − 2 cos), the mean over images: the paper's loss at d = 128, and the same pull at any width. */
export const cosineLoss: DistillationLoss = (embeddings, targets, weight) => {
  const cosines = ops.sumOver(ops.mul(ops.normalize(embeddings), ops.normalize(targets)), [1]);
  const apart = ops.addScalar(ops.neg(ops.mean(cosines)), 1);
  return ops.mulScalar(apart, (2 * weight) / 128);
};

/**
 * w · mean over the pairs i ≠ j of a batch of (cos(s_i, s_j) − cos(t_i, t_j))²: what the faces of a batch are to one another, whatever the
 * directions of the embedding (relational distillation: Park et al. 2019, arXiv 1904.05068; here on cosines, which is what verification compares).
 */
export const relationLoss: DistillationLoss = (embeddings, targets, weight) => {
  const count = embeddings.shape[0] ?? 1;
  const cosines = (rows: Tensor): Tensor => {
    const unit = ops.normalize(rows);
    return ops.matmul(unit, ops.transpose(unit, 0, 1));
  };
  // The diagonal is 1 in both and adds nothing to the sum.
  return ops.mulScalar(ops.mseLoss(cosines(embeddings), cosines(targets)), (weight * count) / Math.max(1, count - 1));
};

/** Every distillation loss by the `teacher.loss` of a configuration: a new one is one line here. */
export const distillationLosses = { template: templateLoss, cosine: cosineLoss } as const satisfies Readonly<
  Record<string, DistillationLoss>
>;

export type DistillationLossName = keyof typeof distillationLosses;

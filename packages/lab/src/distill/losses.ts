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

/** Every distillation loss by the `teacher.loss` of a configuration: a new one is one line here. */
export const distillationLosses = { template: templateLoss, cosine: cosineLoss } as const satisfies Readonly<
  Record<string, DistillationLoss>
>;

export type DistillationLossName = keyof typeof distillationLosses;

import { noGrad } from '../autograd.js';
import * as ops from '../ops.js';
import { scope } from '../scope.js';
import type { Tensor } from '../tensor.js';

/**
 * Scales all gradients by max / (norm + 1e-6) when their common L2 norm is above the maximum (Pascanu et al. 2013; PyTorch's
 * `clip_grad_norm_`).
 * @returns the norm before clipping; not finite when any gradient is not, and then nothing is scaled
 */
export function clipGradNorm(parameters: readonly Tensor[], max: number): number {
  return noGrad(() =>
    scope(() => {
      const gradients = parameters.map((parameter) => parameter.grad).filter((gradient) => gradient !== null);
      const norm = gradients.length === 0 ? 0 : ops.totalNorm(gradients);
      const factor = max / (norm + 1e-6);
      if (factor < 1 && Number.isFinite(norm)) for (const gradient of gradients) ops.mulScalar_(gradient, factor);
      return norm;
    }),
  );
}

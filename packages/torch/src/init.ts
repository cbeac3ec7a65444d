import { noGrad } from './autograd.js';
import * as ops from './ops.js';
import type { Tensor } from './tensor.js';

/** Inputs that one output of a weight [out, in, …] sees. */
function fanIn(weight: Tensor): number {
  return weight.size / (weight.shape[0] ?? 1);
}

export const constant = (tensor: Tensor, value: number): void => noGrad(() => ops.fill_(tensor, value).dispose());

export const uniform = (tensor: Tensor, from: number, to: number): void =>
  noGrad(() => ops.uniform_(tensor, from, to).dispose());

export const normal = (tensor: Tensor, mean: number, std: number): void =>
  noGrad(() => ops.normal_(tensor, mean, std).dispose());

/**
 * U(−b, b) with b = √(6 / ((1 + a²) · fan_in)) (He et al. 2015), a the negative slope of the activation that follows.
 * @param a PyTorch's default layers use √5, PocketNet's convolutions 0
 */
export function kaimingUniform(weight: Tensor, a = 0): void {
  const bound = Math.sqrt(6 / ((1 + a * a) * fanIn(weight)));
  uniform(weight, -bound, bound);
}

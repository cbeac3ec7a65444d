import { native } from './native.js';
import { Tensor } from './tensor.js';

/**
 * Adds the derivative of a scalar with respect to every leaf that requires one into that leaf's `grad`.
 * @param gradients what to start from, when the roots are not scalars
 */
export function backward(
  roots: Tensor | readonly Tensor[],
  options: { gradients?: readonly Tensor[]; retainGraph?: boolean; createGraph?: boolean } = {},
): void {
  const { gradients = null, createGraph = false, retainGraph = createGraph } = options;
  native.backward(roots instanceof Tensor ? [roots] : roots, gradients, retainGraph, createGraph);
}

/** Derivatives of outputs with respect to inputs, returned and not accumulated; null for an input that was not used. */
export function grad(
  outputs: Tensor | readonly Tensor[],
  inputs: readonly Tensor[],
  options: { gradients?: readonly Tensor[]; retainGraph?: boolean; createGraph?: boolean; allowUnused?: boolean } = {},
): (Tensor | null)[] {
  const { gradients = null, createGraph = false, retainGraph = createGraph, allowUnused = false } = options;
  const roots = outputs instanceof Tensor ? [outputs] : outputs;
  const handles = native.grad(roots, inputs, gradients, retainGraph, createGraph, allowUnused);
  return handles.map((handle) => (handle === null ? null : new Tensor(handle)));
}

/** Forgets the gradients of many leaves at once. */
export function clearGradients(tensors: readonly Tensor[]): void {
  native.clearGradients(tensors);
}

function withGradients<T>(enabled: boolean, body: () => T): T {
  const before = native.setGradEnabled(enabled);
  try {
    return refusePromise(body());
  } finally {
    native.setGradEnabled(before);
  }
}

/** What a body switched is switched back when it returns, before a promise settles. */
function refusePromise<T>(result: T): T {
  if (!(result instanceof Promise)) return result;
  result.catch(() => {}); // its failure would be ours, and would end the process
  throw new Error('noGrad(), enableGrad() and autocast() take a synchronous body: they end when it returns.');
}

/** Runs a body without recording it for derivatives. */
export const noGrad = <T>(body: () => T): T => withGradients(false, body);

/** Runs a body recording it, inside a `noGrad` one. */
export const enableGrad = <T>(body: () => T): T => withGradients(true, body);

/** Runs a body with convolutions and products in bfloat16 on a device; sums, norms and losses stay in float32. */
export function autocast<T>(device: 'cpu' | 'cuda', body: () => T): T {
  const before = native.autocast(device, true);
  try {
    return refusePromise(body());
  } finally {
    native.autocast(device, before);
  }
}

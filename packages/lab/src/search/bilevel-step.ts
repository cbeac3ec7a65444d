import { grad, noGrad, ops, optim, scope, type Tensor } from '@pocketnet/torch';
import {
  type ArchitectOptions,
  type BilevelBatch,
  firstOrder,
  loss,
  secondOrder,
  type WeightRule,
} from './architect.js';

/**
 * In which order α and the weights move. `darts`: α first, from the validation loss alone, then the weights, as the method is published.
 * `released`: the weights first, and α by the sum of its validation and its training gradient, as PocketNet's code has it (facts 1.11, quirk 2).
 */
export type UpdateOrder = 'darts' | 'released';

export interface BilevelOptions extends ArchitectOptions {
  /** Adam over α. */
  architect: optim.Optimizer;
  /** 2: unrolled, five passes a step; 1: two passes. */
  order: 1 | 2;
  updates: UpdateOrder;
  /** Largest L2 norm of the weights' gradient. */
  clip: number;
  /** Called with every number that decides an update, before it does: a place to stop at what is not finite. */
  guard?: (what: string, value: number) => void;
}

export interface BilevelOutcome {
  /** Loss of the training batch, and of the validation batch where the architecture looked at it. */
  trainLoss: number;
  valLoss: number;
  valAccuracy: number;
  /** Of the weights' gradient, before clipping. */
  gradNorm: number;
}

/** One whole step of a search: both updates. */
export function bilevelStep(options: BilevelOptions, batch: BilevelBatch, rule: WeightRule): BilevelOutcome {
  const { network, architect, order, updates, guard = () => {} } = options;
  return scope(() => {
    const found = order === 2 ? secondOrder(options, batch, rule) : firstOrder(options, batch.val);
    guard("the norm of α's gradient", ops.totalNorm(found.gradient));
    const seen = { valLoss: found.loss, valAccuracy: found.accuracy };
    if (updates === 'darts') moveArchitecture(architect, network.alphas, found.gradient);
    const { onAlpha, ...moved } = moveWeights(options, batch, rule);
    if (updates === 'released') {
      const both = found.gradient.map((gradient, i) => ops.add(gradient, onAlpha[i] as Tensor));
      moveArchitecture(architect, network.alphas, both);
    }
    return { ...moved, ...seen };
  });
}

/** A step of the weights alone, as of a warm-up; the validation batch is only looked at. */
export function weightStep(options: BilevelOptions, batch: BilevelBatch, rule: WeightRule): BilevelOutcome {
  return scope(() => {
    const { trainLoss, gradNorm } = moveWeights(options, batch, rule);
    return { trainLoss, gradNorm, valLoss: noGrad(() => loss(options, batch.val)).item(), valAccuracy: 0 };
  });
}

function moveArchitecture(architect: optim.Optimizer, alphas: readonly Tensor[], gradient: readonly Tensor[]): void {
  for (const [i, alpha] of alphas.entries()) alpha.grad = gradient[i] as Tensor;
  architect.step();
  architect.zeroGrad();
}

/** Clipped SGD on the training batch; in the released order also α's gradient of the training loss, before the weights moved. */
function moveWeights(
  options: BilevelOptions,
  { train }: BilevelBatch,
  { lr }: WeightRule,
): { trainLoss: number; gradNorm: number; onAlpha: Tensor[] } {
  const { network, optimizer, clip, average = () => {}, guard = () => {}, updates } = options;
  const { weights, alphas } = network;
  for (const group of optimizer.groups) group.lr = lr;
  const value = loss(options, train);
  const slopes = grad(value, updates === 'released' ? [...weights, ...alphas] : weights) as Tensor[];
  average(slopes);
  for (const [i, weight] of weights.entries()) weight.grad = slopes[i] as Tensor;
  const gradNorm = optim.clipGradNorm(weights, clip);
  const trainLoss = value.item();
  guard('the training loss', trainLoss);
  guard("the norm of the weights' gradient", gradNorm);
  optimizer.step();
  optimizer.zeroGrad();
  return { trainLoss, gradNorm, onAlpha: slopes.slice(weights.length) };
}

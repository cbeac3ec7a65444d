import { grad, nn, noGrad, ops, optim, scope, type Tensor } from '@pocketnet/torch';
import type { Genotype } from '../search-space/genotype.js';
import type { SearchNet } from '../search-space/search-network.js';
import type { Learner, Objective, SearchBatch } from './objective.js';

/** The learner that a genotype's path through a search network is. */
export const pathOf = (net: SearchNet, genotype: Genotype): Learner => ({
  embed: (images) => net.embedPath(images, genotype),
  classifier: net.linear,
});

export interface PathStepOptions {
  net: SearchNet;
  optimizer: optim.Optimizer;
  objective: Objective;
  /** Largest L2 norm of the gradient. */
  clip: number;
  /** Averages gradients over the ranks of a distributed search, in place. */
  average?: (gradients: readonly Tensor[]) => void;
}

/** One step of the weights on one path; those of other operations stay as they are. It costs what the path's network does. */
export function pathStep(
  { net, optimizer, objective, clip, average = () => {} }: PathStepOptions,
  genotype: Genotype,
  batch: SearchBatch,
  lr: number,
): { loss: number; gradNorm: number } {
  return scope(() => {
    for (const group of optimizer.groups) group.lr = lr;
    const weights = net.modulesOn(genotype).flatMap((module) => module.parameters());
    const { loss } = objective(pathOf(net, genotype), batch);
    const slopes = grad(loss, weights) as Tensor[]; // each is on the path
    average(slopes);
    for (const [i, weight] of weights.entries()) weight.grad = slopes[i] as Tensor;
    const gradNorm = optim.clipGradNorm(weights, clip);
    const value = loss.item();
    optimizer.step();
    optimizer.zeroGrad();
    return { loss: value, gradNorm };
  });
}

/**
 * Takes a path's batch statistics anew, since those that the shared network ran with are of all paths' batches (Guo et al. 2020, section
 * 3.3). The running means start at 0 and lose what is missing of their weights, 0.9ⁿ after n batches, as Adam's moments do.
 */
export function takeStatistics(net: SearchNet, genotype: Genotype, batches: readonly SearchBatch[]): void {
  const norms = net
    .modulesOn(genotype)
    .flatMap((module) => Array.from(module.modules(), ([, each]) => each))
    .filter((module) => module instanceof nn.BatchNorm2d);
  const statistics = norms.flatMap(({ running_mean, running_var }) => [running_mean, running_var]);
  scope(() =>
    noGrad(() => {
      for (const each of statistics) ops.mulScalar_(each, 0);
      net.train();
      for (const { images } of batches) scope(() => void net.embedPath(images, genotype));
      net.eval();
      const left = 1 - (1 - (norms[0]?.momentum ?? 0)) ** batches.length;
      for (const each of statistics) ops.mulScalar_(each, 1 / left);
    }),
  );
}

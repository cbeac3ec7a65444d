import { type nn, optim, type Tensor } from '@pocketnet/torch';
import type { Block } from '../blocks/index.js';
import type { ExperimentConfig } from '../config/index.js';

/** The rate at the start: the paper scales it with the images of a step over all processes, lr / 512 · batch · processes. */
export const baseLearningRate = ({ lr, lrScaling, batch }: ExperimentConfig, processes = 1): number =>
  lrScaling === 'linear' ? (lr / 512) * batch * processes : lr;

/** The configuration's learning-rate schedule, as a factor on the base rate. */
export function buildSchedule(config: ExperimentConfig, totalSteps: number, processes = 1): optim.Schedule {
  const { schedule } = config;
  switch (schedule.kind) {
    case 'step':
      return optim.stepSchedule(schedule.milestones, schedule.gamma);
    case 'cosine':
      return optim.cosineSchedule(totalSteps, {
        warmup: schedule.warmupSteps,
        floor: schedule.minLr / baseLearningRate(config, processes),
      });
    case 'constant':
      return optim.constantSchedule;
  }
}

/**
 * Two SGDs, as in the paper: they share rate and rules, but only the backbone's gradient is clipped.
 * @param others the modules that training needs and throws away: the head, a projector
 */
export function buildOptimizers(config: ExperimentConfig, backbone: Block, others: readonly nn.Module[]) {
  const { momentum, weightDecay } = config;
  const lr = baseLearningRate(config);
  const groups = config.decayNormAndSlopes ? backbone.parameters() : splitByDecay(backbone, weightDecay);
  return {
    backbone: optim.sgd(groups, { lr, momentum, weightDecay }),
    head: optim.sgd(
      others.flatMap((module) => module.parameters()),
      { lr, momentum, weightDecay },
    ),
  };
}

/** Scales, shifts and slopes have one dimension and, by common practice, no decay. */
function splitByDecay(backbone: Block, weightDecay: number): { parameters: Tensor[]; weightDecay: number }[] {
  const all: nn.Parameter[] = backbone.parameters();
  return [
    { parameters: all.filter((parameter) => parameter.shape.length > 1), weightDecay },
    { parameters: all.filter((parameter) => parameter.shape.length <= 1), weightDecay: 0 },
  ];
}

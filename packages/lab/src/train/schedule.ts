import { optim } from '@pocketnet/torch';
import type { ExperimentConfig } from '../config/index.js';
import { baseLearningRate } from './optimizers.js';

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

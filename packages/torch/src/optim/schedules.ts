/** A learning-rate schedule: the factor on the base rate, as a pure function of progress. */
export type Schedule = (progress: { epoch: number; step: number }) => number;

/**
 * PocketNet's rule (facts 1.8): ×gamma for every milestone m with m − 1 ≤ epoch, epochs counted from 0. Milestones 8, 14, 20, 25
 * therefore drop the rate at the start of epochs 7, 13, 19, 24.
 */
export function stepSchedule(milestones: readonly number[], gamma = 0.1): Schedule {
  return ({ epoch }) => gamma ** milestones.filter((milestone) => milestone - 1 <= epoch).length;
}

/**
 * Half a cosine from 1 to `floor` over `total` steps (Loshchilov & Hutter 2017), after a linear rise over `warmup` steps.
 * @param floor the last factor, as a share of the base rate
 */
export function cosineSchedule(
  total: number,
  options: { warmup?: number; floor?: number; per?: 'step' | 'epoch' } = {},
): Schedule {
  const { warmup = 0, floor = 0, per = 'step' } = options;
  return (progress) => {
    const at = progress[per];
    if (at < warmup) return (at + 1) / warmup;
    const share = Math.min(1, (at - warmup) / Math.max(1, total - warmup));
    return floor + (1 - floor) * 0.5 * (1 + Math.cos(Math.PI * share));
  };
}

export const constantSchedule: Schedule = () => 1;

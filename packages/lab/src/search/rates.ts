import { optim } from '@pocketnet/torch';
import type { SearchConfig } from './schema.js';

/** The weights' learning rate at an epoch and a step (both from 0): half a cosine from `lr` to `minLr`. */
export function ratesOf(
  { lr, minLr, epochs, lrMoves = 'epoch' }: SearchConfig,
  totalSteps: number,
): (at: { epoch: number; step: number }) => number {
  const total = lrMoves === 'epoch' ? epochs : totalSteps;
  const cosine = optim.cosineSchedule(total, { floor: minLr / lr, per: lrMoves });
  return (at) => lr * cosine(at);
}

import { lowerBound } from '../bounds.js';

/** Which of two equal scores counts as higher: `against` the mate, the careful choice, or `for` it, as in the MegaFace devkit. */
export type Ties = 'against' | 'for';

/** A cumulative match characteristic: the share of trials whose mate is found within a rank, where that share changes. */
export interface Cmc {
  /** Distinct ranks that occur, ascending, from 1. */
  readonly rank: Float64Array;
  /** Share of all trials with that rank or a better one. */
  readonly recall: Float64Array;
  /** All trials, those without a rank among them. */
  readonly trials: number;
}

/**
 * The curve of some ranks (1 = the mate scores highest).
 * @param trials what the shares are of, where more trials were made than have a rank; the number of ranks unless given
 */
export function cmcCurve(ranks: Float64Array, trials = ranks.length): Cmc {
  if (trials < 1 || trials < ranks.length)
    throw new Error(`${trials} trials cannot have ${ranks.length} ranks. Give at least as many trials as ranks.`);
  const sorted = ranks.toSorted();
  const rank: number[] = [];
  const recall: number[] = [];
  sorted.forEach((value, i) => {
    if (sorted[i + 1] === value) return;
    rank.push(value);
    recall.push((i + 1) / trials);
  });
  return { rank: Float64Array.from(rank), recall: Float64Array.from(recall), trials };
}

/** Share of trials whose mate is among the `rank` best, e.g. 1 for rank-1 identification. */
export function recallAt(cmc: Cmc, rank: number): number {
  const within = lowerBound(cmc.rank, rank + 0.5);
  return within === 0 ? 0 : (cmc.recall[within - 1] as number); // inside, being above 0
}

/** The rank of a mate below `higher` other scores, `equal` more being as high as its own. */
export const rankOf = (higher: number, equal: number, ties: Ties): number =>
  1 + higher + (ties === 'against' ? equal : 0);

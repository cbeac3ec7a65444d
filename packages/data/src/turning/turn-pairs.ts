import type { PairSet } from '../formats/pairs.js';
import { alterPairs } from '../pack/alter-pairs.js';
import { turnPicture } from './turn-picture.js';
import type { Turn } from './turn-table.js';

/**
 * The pairs with every second picture turned, that of pair p by turn p modulo their number: a frontal picture against one from the side, as
 * CFP-FP asks.
 *
 * @param name what to call the pairs in an error about a damaged picture
 */
export const turnPairs = (pairs: PairSet, turns: readonly [Turn, ...Turn[]], name?: string): Promise<PairSet> =>
  alterPairs(pairs, (picture, pair) => turnPicture(picture, turns[pair % turns.length] ?? turns[0]), name);

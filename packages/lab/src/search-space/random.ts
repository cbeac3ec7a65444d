import { Random } from '@pocketnet/files';
import { primitives } from '../blocks/primitives/index.js';
import type { Edge, Genotype } from './genotype.js';

/**
 * Cells drawn at random, the baseline that a search has to beat (Li and Talwalkar 2019): into every node two different states, with an
 * operation each, all equally likely.
 *
 * @param seed of the draw: one genotype each
 * @param nodes of a cell
 */
export function randomGenotype(seed: number, nodes = 4): Genotype {
  const random = new Random(seed);
  const cell = (): Edge[][] =>
    Array.from({ length: nodes }, (_, node) => {
      const states = random.shuffle(Array.from({ length: node + 2 }, (_, state) => state));
      return states.slice(0, 2).map((state): Edge => [random.pick(primitives.names), state]);
    });
  const concat = Array.from({ length: nodes }, (_, node) => node + 2);
  return { normal: cell(), normalConcat: concat, reduce: cell(), reduceConcat: concat };
}

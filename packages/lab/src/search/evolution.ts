import { Random } from '@pocketnet/files';
import type { Genotype } from '../search-space/genotype.js';
import { writeGenotype } from '../search-space/genotype-text.js';
import { randomGenotype } from '../search-space/random.js';
import { crossed, mutated } from '../search-space/vary.js';

export interface EvolutionOptions {
  nodes: number;
  population: number;
  generations: number;
  /** How many of the best so far the next generation comes from. */
  parents: number;
  /** Chance of each edge of a mutant to change. */
  mutation: number;
  seed: number;
  /** Hard limits: what does not fit is never tried. */
  fits(genotype: Genotype): boolean;
}

/** Draws in a row that may not fit before the limits are called too tight. */
const patience = 20_000;

/**
 * Search by evolution over what `tried` says (Guo et al. 2020, arXiv 1904.00420, section 3.4): the first generation by chance,
 * every other one half mutants of the best so far, half crossings of two of them. No genotype is tried twice.
 *
 * The genotypes follow from the seed and from what was tried alone: after an interruption, a `tried` that knows its answers comes to the same.
 *
 * @param tried tries one; false ends the evolution
 * @param best gives the best so far, of any length
 */
export async function evolve(
  { nodes, population, generations, parents, mutation, seed, fits }: EvolutionOptions,
  tried: (genotype: Genotype, generation: number) => Promise<boolean>,
  best: (count: number) => readonly Genotype[],
): Promise<void> {
  const seen = new Set<string>();
  for (let generation = 0; generation < generations; generation++) {
    const random = new Random(seed, generation);
    const chosen = best(parents);
    const draw = (place: number, draws: number): Genotype => {
      if (generation === 0 || chosen.length === 0) return randomGenotype(random.uint32(), nodes);
      const one = random.pick(chosen);
      // Parents that are much alike soon have no new child.
      const crosses = place % 2 === 1 && draws < 50;
      return crosses ? crossed(one, random.pick(chosen), random) : mutated(one, random, mutation);
    };
    for (let place = 0; place < population; place++) {
      const next = firstThatFits((draws) => draw(place, draws), seen, fits);
      if (next === undefined) {
        if (seen.size > 0) break; // the corner of the space is searched through
        throw new Error(`None of ${patience} genotypes by chance is within the limits of the search: widen them.`);
      }
      seen.add(writeGenotype(next));
      if (!(await tried(next, generation))) return;
    }
  }
}

function firstThatFits(
  draw: (draws: number) => Genotype,
  seen: ReadonlySet<string>,
  fits: (genotype: Genotype) => boolean,
): Genotype | undefined {
  for (let draws = 0; draws < patience; draws++) {
    const next = draw(draws);
    if (!seen.has(writeGenotype(next)) && fits(next)) return next;
  }
  return undefined;
}

import { type Genotype, genotypes } from './genotype.js';
import { readGenotypeFile } from './genotype-file.js';
import { randomGenotype } from './random.js';

/**
 * The genotype that a word stands for: a published one by its name, such as `softmax_casia`; `random:7`, the one that seed draws; or a
 * file, as a search writes it.
 * @throws an Error that says what there is, or what is wrong in the file
 */
export function findGenotype(what: string): Genotype {
  const published = genotypes[what];
  if (published) return published;
  const seed = /^random:(\d{1,15})$/.exec(what)?.[1];
  if (seed !== undefined) return randomGenotype(Number(seed));
  try {
    return readGenotypeFile(what);
  } catch (error) {
    if (/[./\\]/.test(what)) throw error;
    throw new Error(
      `There is no genotype '${what}': it may be ${Object.keys(genotypes).join(', ')}, random:SEED, or a file.`,
      { cause: error },
    );
  }
}

import { readFileSync } from 'node:fs';
import { namingFile } from '@pocketnet/files/node';
import { type Genotype, genotypes } from './genotype.js';
import { readGenotype } from './genotype-text.js';
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

/**
 * Reads a genotype file: JSON whose key `genotype` holds the official text, that text alone, or a log that prints it.
 * @throws an Error that names the file and what is wrong in it
 */
export function readGenotypeFile(path: string): Genotype {
  const text = namingFile(path, 'no genotype could be read', () => readFileSync(path, 'utf8')).trim();
  try {
    return readGenotype(text.startsWith('{') ? textIn(JSON.parse(text)) : text);
  } catch (error) {
    throw new Error(`${path}: no genotype could be read: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

function textIn(value: { genotype?: unknown }): string {
  if (typeof value.genotype === 'string') return value.genotype;
  throw new Error('its key "genotype" should hold the text Genotype(normal=…)');
}

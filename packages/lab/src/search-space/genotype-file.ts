import { readFileSync } from 'node:fs';
import type { Genotype } from './genotype.js';
import { readGenotype } from './genotype-text.js';

/**
 * Reads a genotype file: JSON whose key `genotype` holds the official text, that text alone, or a log that prints it.
 * @throws an Error that names the file and what is wrong in it
 */
export function readGenotypeFile(path: string): Genotype {
  try {
    const text = readFileSync(path, 'utf8').trim();
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

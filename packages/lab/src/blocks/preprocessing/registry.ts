import { Registry } from '@pocketnet/data';
import { bare } from './bare.js';
import { grouped } from './grouped.js';
import { pointwise } from './pointwise.js';
import type { Preprocessing } from './preprocessing.js';
import { shared } from './shared.js';

/** Every way to pre-process a cell's inputs: a new one is one file here and one line. */
export const preprocessings = new Registry<Preprocessing>('way to pre-process', [pointwise, grouped, shared, bare]);

/** @throws an Error that lists the names there are */
export function findPreprocessing(name: string): Preprocessing {
  const found = preprocessings.get(name);
  if (!found) throw new Error(`There is no pre-processing '${name}'; there are ${preprocessings.names.join(', ')}.`);
  return found;
}

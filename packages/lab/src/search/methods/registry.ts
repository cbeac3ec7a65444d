import { Registry } from '@pocketnet/data';
import { darts } from './darts.js';
import type { SearchMethod } from './method.js';
import { random } from './random.js';
import { singlePath } from './single-path.js';

/** Every way to search, by its `method` in a configuration: a new one is one file here and one line. */
export const searchMethods = new Registry<SearchMethod>('search method', [darts, singlePath, random]);

/** @throws an Error that lists the methods there are */
export function findSearchMethod(name: string): SearchMethod {
  const found = searchMethods.get(name);
  if (!found) throw new Error(`There is no search method '${name}'; there are ${searchMethods.names.join(', ')}.`);
  return found;
}

import { Registry } from '@pocketnet/data';
import { half } from './half.js';
import { quarter } from './quarter.js';
import type { Stem } from './stem.js';

export type { Stem } from './stem.js';

/** Every way to begin a network: a new one is one file here and one line. */
export const stems = new Registry<Stem>('stem', [half, quarter]);

/** @throws an Error that lists the names there are */
export function findStem(name: string): Stem {
  const found = stems.get(name);
  if (!found) throw new Error(`There is no stem '${name}'; there are ${stems.names.join(', ')}.`);
  return found;
}

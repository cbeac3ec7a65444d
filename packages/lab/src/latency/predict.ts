import type { PocketNet } from '../networks/index.js';
import { keyOf, partsOf, restKey } from './parts.js';
import type { LatencyTable } from './table.js';

/** Milliseconds that a network takes for an image, by a table. @throws an Error that says which part the table lacks */
export function predictedMs(network: PocketNet, table: LatencyTable): number {
  const msOf = (key: string): number => {
    const found = table.parts[key];
    if (found) return found.ms;
    throw new Error(
      `The table of operations has no time of "${key}": it is of ${table.frames.join(', ')}. ` +
        'Measure this frame: pocketnet bench --operations.',
    );
  };
  return partsOf(network).reduce((sum, part) => sum + msOf(keyOf(part)), msOf(restKey(network)));
}

/** Spearman's correlation of the ranks of two lists of numbers; ties share the mean of their ranks. */
export function rankCorrelation(a: readonly number[], b: readonly number[]): number {
  const [x, y] = [ranksOf(a), ranksOf(b)];
  const centre = (x.length - 1) / 2;
  const dot = (p: readonly number[], q: readonly number[]): number =>
    p.reduce((sum, value, i) => sum + (value - centre) * ((q[i] as number) - centre), 0); // as long
  return dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y));
}

function ranksOf(values: readonly number[]): number[] {
  return values.map((value) => {
    const below = values.filter((other) => other < value).length;
    const same = values.filter((other) => other === value).length;
    return below + (same - 1) / 2;
  });
}

import { Registry } from '@pocketnet/data';
import { avgPool3, maxPool3 } from './pool-norm.js';
import type { Primitive } from './primitive.js';
import { dwConv1, dwConv3, dwConv5, dwConv7 } from './separable-conv.js';
import { skipConnect } from './skip-connect.js';

class Primitives extends Registry<Primitive> {
  /** @throws an Error when its name is taken, or cannot stand in a genotype */
  override add(primitive: Primitive, module?: string): void {
    const { name } = primitive;
    if (!/^\w+$/.test(name) || name === 'none')
      throw new Error(
        `A primitive cannot be called '${name}': a genotype takes letters, digits and underscores, and 'none' is no primitive.`,
      );
    super.add(primitive, module);
  }
}

/**
 * Every primitive, in the order of α's columns (facts 1.1): a new one is one file here and one line. Networks, searches and random cells
 * take those that are here when they are made.
 */
export const primitives = new Primitives('primitive', [
  ...[maxPool3, avgPool3, skipConnect],
  ...[dwConv3, dwConv5, dwConv7, dwConv1],
]);

/** @throws an Error that lists the names there are */
export function findPrimitive(name: string): Primitive {
  const found = primitives.get(name);
  if (!found) throw new Error(`There is no primitive '${name}'; there are ${primitives.names.join(', ')}.`);
  return found;
}

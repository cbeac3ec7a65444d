import { avgPool3, maxPool3 } from './pool-norm.js';
import type { Primitive } from './primitive.js';
import { dwConv1, dwConv3, dwConv5, dwConv7 } from './separable-conv.js';
import { skipConnect } from './skip-connect.js';

const all: Primitive[] = [maxPool3, avgPool3, skipConnect, dwConv3, dwConv5, dwConv7, dwConv1];

/** Every primitive, in the order of α's columns (facts 1.1): a new one is one line above, or from outside `registerPrimitive`. */
export const primitives: readonly Primitive[] = all;

/**
 * Adds a primitive behind the others: networks, searches and random cells that are made from now on know it.
 * @throws an Error when its name is taken, or cannot stand in a genotype
 */
export function registerPrimitive(primitive: Primitive): void {
  const { name } = primitive;
  if (!/^\w+$/.test(name))
    throw new Error(`A primitive cannot be called '${name}': a genotype takes letters, digits and underscores.`);
  if (name === 'none' || all.some((each) => each.name === name))
    throw new Error(`There is a primitive '${name}' already: give the new one another name.`);
  all.push(primitive);
}

/** @throws an Error that lists the names there are */
export function findPrimitive(name: string): Primitive {
  const found = all.find((each) => each.name === name);
  if (!found) throw new Error(`There is no primitive '${name}'; there are ${all.map((each) => each.name).join(', ')}.`);
  return found;
}

import { ACTIVATIONS } from './activation.js';
import { ARITHMETIC } from './arithmetic.js';
import { CONVOLUTIONS } from './conv.js';
import type { Operator } from './operator.js';
import { POOLS } from './pool.js';
import { SHAPES } from './shape.js';

/** Every operator that the engine runs. A new one is a function and a line in a file beside this one. */
export const OPERATORS: Readonly<Record<string, Operator>> = {
  ...CONVOLUTIONS,
  ...ACTIVATIONS,
  ...ARITHMETIC,
  ...POOLS,
  ...SHAPES,
};

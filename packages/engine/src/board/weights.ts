import { toHalf } from '@pocketnet/files';
import { LANES, NONE } from '../plan/format.js';
import type { FloatTensor, Plan, PlanTensor } from '../plan/plan.js';
import { array, floatLiteral } from './constants.js';

/** How a kind of number is kept as a constant: in which array, and as what. */
const KINDS = {
  float16: { array: 'pocketnet_halves', type: 'uint16_t', bytes: 2, text: (value: number) => String(toHalf(value)) },
  float32: { array: 'pocketnet_floats', type: 'float', bytes: 4, text: floatLiteral },
} as const satisfies Record<FloatTensor['dtype'], unknown>;

/** The plan's tensors as constants of a program. */
export interface Weights {
  /** weights.h and weights.c. */
  readonly header: string;
  readonly source: string;
  /** Where each tensor lies, as an expression. */
  readonly places: readonly string[];
  readonly bytes: number;
}

/** Halves stay halves where they are the weights of a product or a window, which boards read as they lie; few others there are. */
export function forBoards(plan: Plan): Plan {
  const weights = new Set([...plan.steps, ...plan.sources].map(({ weight }) => weight).filter((at) => at !== NONE));
  return {
    ...plan,
    tensors: plan.tensors.map(floatsOf).map((tensor, i) => (weights.has(i) ? tensor : { ...tensor, dtype: 'float32' })),
  };
}

function floatsOf(tensor: PlanTensor): FloatTensor {
  if (tensor.dtype !== 'int8') return tensor;
  throw new Error(
    'Its weights have eight bits, and boards compute in floats so far. Compile the model with --store float16.',
  );
}

/** All tensors of a kind lie in one array, each from a multiple of 16 numbers on. */
export function weightsOf(plan: Plan): Weights {
  const tensors = plan.tensors.map(floatsOf);
  const kinds = Object.keys(KINDS) as FloatTensor['dtype'][];
  const numbers = Object.fromEntries(kinds.map((kind) => [kind, [] as string[]])) as Record<
    FloatTensor['dtype'],
    string[]
  >;
  const places = tensors.map(({ dtype, data }) => {
    const [all, { text }] = [numbers[dtype], KINDS[dtype]];
    const place = `${KINDS[dtype].array} + ${all.length}`;
    for (const value of data) all.push(text(value));
    while (all.length % LANES !== 0) all.push('0');
    return place;
  });
  const used = kinds.filter((kind) => numbers[kind].length > 0);
  const declaration = (kind: FloatTensor['dtype']): string => `const ${KINDS[kind].type} ${KINDS[kind].array}`;
  return {
    header: [
      '// What the network has learned. Halves are IEEE 754 binary16.',
      '#pragma once',
      '#include <stdint.h>',
      '',
      ...used.map((kind) => `extern ${declaration(kind)}[${numbers[kind].length}];`),
      '',
    ].join('\n'),
    source: [
      '#include "weights.h"',
      '',
      ...used.map(
        (kind) =>
          `${array(`${declaration(kind)}`, numbers[kind]).replace('[] =', `[${numbers[kind].length}] __attribute__((aligned(64))) =`)}\n`,
      ),
    ].join('\n'),
    places,
    bytes: used.reduce((sum, kind) => sum + numbers[kind].length * KINDS[kind].bytes, 0),
  };
}

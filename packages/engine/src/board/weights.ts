import { toHalf } from '@pocketnet/files';
import { type Arithmetic, ENUMS, LANES, NONE, type PlanRecord } from '../plan/format.js';
import type { Plan, PlanTensor } from '../plan/plan.js';
import { array, floatLiteral } from './constants.js';
import type { Layout } from './layout.js';

/** How a kind of number is kept as a constant: in which array, and as what. */
const KINDS = {
  float16: { array: 'pocketnet_halves', type: 'uint16_t', bytes: 2, text: (value: number) => String(toHalf(value)) },
  int8: { array: 'pocketnet_bytes', type: 'int8_t', bytes: 1, text: String },
  float32: { array: 'pocketnet_floats', type: 'float', bytes: 4, text: floatLiteral },
  loaded: { array: 'pocketnet_loaded', type: 'uint32_t', bytes: 4, text: String },
} as const satisfies Record<PlanTensor['dtype'] | 'loaded', unknown>;

type Kind = keyof typeof KINDS;

/** The plan's tensors, and what loading makes of them, as constants of a program. */
export interface Weights {
  /** weights.h and weights.c. */
  readonly header: string;
  readonly source: string;
  /** Where each tensor lies, as an expression; 0 where no run looks at it. */
  readonly places: readonly string[];
  readonly bytes: number;
}

/** Halves and bytes stay what they are where they are the weights of a product or a window; there are few others. */
export function forBoards(plan: Plan): Plan {
  const weights = new Set([...plan.steps, ...plan.sources].map(({ weight }) => weight).filter((at) => at !== NONE));
  return {
    ...plan,
    tensors: plan.tensors.map((tensor, i) =>
      weights.has(i) ? tensor : { dtype: 'float32' as const, data: Float32Array.from(tensor.data) },
    ),
  };
}

/** All numbers of a kind lie in one array, tensors each from a multiple of 16 numbers on. */
export function weightsOf(
  plan: Plan,
  { loaded, stepTables, sourceTables, places: { plan: start } }: Layout,
  tensors: readonly PlanRecord<'tensor'>[],
  arithmetic: Arithmetic,
): Weights {
  const inPlace = new Set([...stepTables, ...sourceTables].map((own) => own.loaded - start));
  const looked = arithmetic === 'float' ? undefined : lookedAt(plan);
  const numbers: Record<Kind, string[]> = { float16: [], int8: [], float32: [], loaded: Array.from(loaded, String) };
  const places = plan.tensors.map(({ dtype, data }, i) => {
    if (looked && !looked.has(i) && !inPlace.has(tensors[i]?.offset ?? 0)) return '0';
    const [all, { text }] = [numbers[dtype], KINDS[dtype]];
    const place = `${KINDS[dtype].array} + ${all.length}`;
    for (const value of data) all.push(text(value));
    while (all.length % LANES !== 0) all.push('0');
    return place;
  });
  const used = (Object.keys(KINDS) as Kind[]).filter((kind) => numbers[kind].length > 0);
  const declaration = (kind: Kind): string => `const ${KINDS[kind].type} ${KINDS[kind].array}[${numbers[kind].length}]`;
  return {
    header: [
      '// What the network has learned, and tables made of it. Halves are IEEE 754 binary16; tables are words of several kinds.',
      '#pragma once',
      '#include <stdint.h>',
      '',
      ...used.map((kind) => `extern ${declaration(kind)};`),
      '',
    ].join('\n'),
    source: [
      '#include "weights.h"',
      '',
      ...used.map((kind) => `${array(`${declaration(kind)} __attribute__((aligned(64)))`, numbers[kind])}\n`),
    ].join('\n'),
    places,
    bytes: used.reduce((sum, kind) => sum + numbers[kind].length * KINDS[kind].bytes, 0),
  };
}

/** Tensors that steps look at which compute in floats, row by row, whatever their buffers hold. */
function lookedAt({ steps, sources, buffers }: Plan): Set<number> {
  const rows = steps.filter(({ kind }) => kind !== ENUMS.step.node && kind !== ENUMS.step.spatial);
  const taken = rows.flatMap(({ firstSource, sourceCount }) => sources.slice(firstSource, firstSource + sourceCount));
  const touched = [...rows, ...taken].map(({ buffer }) => buffers[buffer]?.levels ?? NONE);
  return new Set([
    ...touched,
    ...steps.map(({ postTensor }) => postTensor),
    ...taken.map(({ preTensor }) => preTensor),
  ]);
}

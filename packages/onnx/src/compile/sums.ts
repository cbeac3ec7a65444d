import type { Expression, Term } from './expression.js';

/** The products that a sum adds up, through sums that nothing else takes, and its other terms. */
export function termsOf(sum: Expression): {
  terms: Term[];
  biases: (Float32Array | undefined)[];
  addends: Expression[];
} {
  const found = { terms: [] as Term[], biases: [] as (Float32Array | undefined)[], addends: [] as Expression[] };
  const collect = (e: Expression, alone: boolean): void => {
    if (alone && e.op === 'combine' && e.mode === 'add') for (const one of [e.a, e.b]) collect(one, one.uses === 1);
    else if (alone && e.op === 'product') {
      found.terms.push(e.term);
      found.biases.push(e.bias);
    } else found.addends.push(e);
  };
  collect(sum, true);
  return found;
}

/** Biases added up by channel; undefined where there are none. */
export function sumOf(biases: readonly (Float32Array | undefined)[], channels: number): Float32Array | undefined {
  const given = biases.filter((bias) => bias !== undefined);
  if (given.length === 0) return undefined;
  return Float32Array.from({ length: channels }, (_, c) => given.reduce((sum, bias) => sum + (bias[c] ?? 0), 0));
}

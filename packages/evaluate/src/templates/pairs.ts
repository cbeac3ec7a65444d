import type { Matrix } from '../matrix.js';
import { type Problem, ProblemCounter } from '../problem.js';
import { placeFinder } from './groups.js';
import type { Templates } from './pool.js';

/** A long list of template pairs: one of the gallery's and one of the probes' each, by template id. */
export interface TemplatePairs {
  readonly first: Int32Array;
  readonly second: Int32Array;
  /** 1 = one person, 0 = two. */
  readonly same: Uint8Array;
}

/** The pairs' rows among the templates' features; −1 where there is no usable one. */
export interface PairRows {
  readonly first: Int32Array;
  readonly second: Int32Array;
  readonly problems: readonly Problem[];
}

/** Finds each pair's templates. What cannot be scored, and what occurs twice, is counted and named. */
export function pairRows({ ids, usable }: Templates, pairs: TemplatePairs): PairRows {
  checkLengths(pairs);
  const place = placeFinder(ids);
  const unknown = new ProblemCounter('pairs with a template that no face belongs to, which are never accepted');
  const unusable = new ProblemCounter('pairs with a template that has no usable face, which are never accepted');
  const first = new Int32Array(pairs.first.length);
  const second = new Int32Array(pairs.second.length);
  const keys = new Float64Array(first.length);
  for (let pair = 0; pair < first.length; pair++) {
    const [a, b] = [place(pairs.first[pair] ?? 0), place(pairs.second[pair] ?? 0)];
    const isKnown = a !== -1 && b !== -1;
    first[pair] = usable[a] === 1 ? a : -1;
    second[pair] = usable[b] === 1 ? b : -1;
    keys[pair] = isKnown ? Math.min(a, b) * ids.length + Math.max(a, b) : -1 - pair;
    if (first[pair] !== -1 && second[pair] !== -1) continue;
    const counter = isKnown ? unusable : unknown;
    counter.add(() => `${pairs.first[pair]} ${pairs.second[pair]}`);
  }
  return { first, second, problems: [...unknown.found(), ...unusable.found(), ...repeatedKeys(keys, ids)] };
}

/** Pairs that occur again, on either side. They are kept, since the list is the protocol; that they are there is worth knowing. */
function repeatedKeys(keys: Float64Array, ids: Int32Array): Problem[] {
  keys.sort();
  const repeated = new ProblemCounter('repetitions of a pair in the list, each of which counts');
  for (let k = 1; k < keys.length; k++) {
    const key = keys[k] ?? 0;
    if (key === keys[k - 1]) repeated.add(() => `${ids[Math.floor(key / ids.length)]} ${ids[key % ids.length]}`);
  }
  return repeated.found();
}

/**
 * Similarity (cosine, −1 … 1) of every pair, in the precision of the features: 0.2 µs a pair of 128 dimensions.
 *
 * @param features T x d, rows of unit length
 * @param rows −1 for none: the score is −Infinity
 * @param scores where to write them; for progress between, hand over parts (`subarray`) of one list after the other
 */
export function scorePairs(
  { cols, data }: Matrix,
  { first, second }: Pick<PairRows, 'first' | 'second'>,
  scores: Float32Array | Float64Array = data instanceof Float32Array
    ? new Float32Array(first.length)
    : new Float64Array(first.length),
): Float32Array | Float64Array {
  for (let pair = 0; pair < scores.length; pair++) {
    const [a, b] = [first[pair] ?? -1, second[pair] ?? -1];
    scores[pair] = a === -1 || b === -1 ? Number.NEGATIVE_INFINITY : dot(data, a * cols, b * cols, cols);
  }
  return scores;
}

function dot(data: Matrix['data'], a: number, b: number, length: number): number {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += (data[a + i] ?? 0) * (data[b + i] ?? 0);
  return sum;
}

function checkLengths({ first, second, same }: TemplatePairs): void {
  if (first.length === same.length && second.length === same.length) return;
  throw new Error(
    `The pairs hold ${first.length} first templates, ${second.length} second ones and ${same.length} truths. Give the same number of all three.`,
  );
}

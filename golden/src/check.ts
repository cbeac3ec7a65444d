import type { Tensor } from '@pocketnet/torch';

/** One comparison: the largest error that was seen, and what was allowed. */
export interface Check {
  readonly name: string;
  readonly error: number;
  readonly tolerance: number;
  /** What differed, where a number alone does not say it. */
  readonly detail?: string;
}

/** An error that is no number is no agreement. */
export const passes = ({ error, tolerance }: Check): boolean => error <= tolerance;

/** Something that a fixture holds and nobody checks yet. */
export interface Gap {
  readonly name: string;
  readonly why: string;
}

/** What a fixture kind finds out. A check that is made several times, as for two memory formats, keeps its largest error. */
export class Findings {
  readonly #checks = new Map<string, Check>();
  readonly gaps: Gap[] = [];

  get checks(): Check[] {
    return [...this.#checks.values()];
  }

  check(name: string, error: number, tolerance: number, detail?: string): void {
    const known = this.#checks.get(name);
    if (known && (Number.isNaN(known.error) || known.error >= error)) return;
    this.#checks.set(name, { name, error, tolerance, ...(detail === undefined ? {} : { detail }) });
  }

  /** Takes over what was found elsewhere; `detail` is said of every check. */
  merge(other: Findings, detail?: string): void {
    for (const check of other.checks) this.check(check.name, check.error, check.tolerance, detail ?? check.detail);
  }

  /** Counts the places in which two lists differ; none may. */
  same(name: string, actual: readonly (string | number)[], expected: readonly (string | number)[]): void {
    const length = Math.max(actual.length, expected.length);
    const different = Array.from({ length }, (_, i) => i).filter((i) => actual[i] !== expected[i]);
    const [first] = different;
    const detail = first === undefined ? undefined : `[${first}] is ${actual[first]}, not ${expected[first]}`;
    this.check(name, different.length, 0, detail);
  }

  notCovered(name: string, why: string): void {
    this.gaps.push({ name, why });
  }
}

/** A tensor's elements as numbers, integers included. */
export function elements(tensor: Tensor): ArrayLike<number> {
  const array = tensor.toArray();
  return array instanceof BigInt64Array ? Array.from(array, Number) : array;
}

type Numbers = ArrayLike<number>;

/** max |a − b| */
export const maxAbs = (a: Numbers, b: Numbers): number => largest(a, b, (x, y) => Math.abs(x - y));

/** max |a − b| / |b|; where b is 0, a must be as well. */
export const maxRel = (a: Numbers, b: Numbers): number =>
  largest(a, b, (x, y) => (x === y ? 0 : Math.abs(x - y) / Math.abs(y)));

/** max |a − b| / max |b| */
export const ofLargest = (a: Numbers, b: Numbers): number =>
  maxAbs(a, b) / Math.max(maxAbs(b, new Float64Array(b.length)), Number.MIN_VALUE);

/** |a|₂ */
export const norm = (a: Numbers): number => distance(a, new Float64Array(a.length));

/** |a − b|₂ */
export function distance(a: Numbers, b: Numbers): number {
  checkLengths(a, b);
  let squares = 0;
  for (let i = 0; i < a.length; i++) squares += ((a[i] as number) - (b[i] as number)) ** 2;
  return Math.sqrt(squares);
}

export function sum(a: Numbers, of: (x: number) => number = (x) => x): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += of(a[i] as number);
  return total;
}

/** Mean, standard deviation and largest magnitude. */
export function moments(values: Numbers): number[] {
  const mean = sum(values) / values.length;
  const variance = sum(values, (x) => (x - mean) ** 2) / values.length;
  return [mean, Math.sqrt(variance), maxAbs(values, new Float64Array(values.length))];
}

function largest(a: Numbers, b: Numbers, error: (x: number, y: number) => number): number {
  checkLengths(a, b);
  let worst = 0;
  for (let i = 0; i < a.length; i++) worst = Math.max(worst, error(a[i] as number, b[i] as number)); // NaN stays
  return worst;
}

function checkLengths(a: Numbers, b: Numbers): void {
  if (a.length !== b.length) throw new Error(`We computed ${a.length} numbers where the fixture has ${b.length}.`);
}

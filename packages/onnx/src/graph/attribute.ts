import type { Attribute, Int } from './graph.js';
import type { Tensor } from './tensor.js';

/** What a builder takes for an attribute: a plain value whose kind is plain, or an `Attribute`. */
export type AttributeLike = Attribute | Int | string | Tensor | readonly Int[] | readonly string[];

/** Attributes that ONNX's operators declare as float; a whole number given for one of them is a float too. */
const FLOAT_NAMES = new Set(
  'alpha beta gamma epsilon momentum bias lambd threshold ratio norm_coefficient spatial_scale cubic_coeff_a extrapolation_value value_float value_floats scales'.split(
    ' ',
  ),
);

/**
 * The attribute that a plain value means: numbers are ints when whole (unless ONNX declares the name as float),
 * else floats; arrays likewise.
 *
 * @throws Error for an empty array (its kind cannot be told: give `{ kind, value }`) and values of mixed types
 */
export function attribute(name: string, value: AttributeLike): Attribute {
  if (typeof value === 'string') return { kind: 'string', value };
  if (typeof value === 'bigint') return { kind: 'int', value: plainInt(value) };
  if (typeof value === 'number') {
    return isInt(name, value) ? { kind: 'int', value } : { kind: 'float', value: Math.fround(value) };
  }
  if (isList(value)) return listAttribute(name, value);
  if ('dtype' in value) return { kind: 'tensor', value };
  if (value.kind === 'float') return { kind: 'float', value: Math.fround(value.value) };
  if (value.kind === 'floats') return { kind: 'floats', value: value.value.map(Math.fround) };
  return value;
}

/** A bigint as a number where that is exact. */
export function plainInt(value: bigint): Int {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function listAttribute(name: string, values: readonly (Int | string)[]): Attribute {
  if (values.length === 0)
    throw new Error(`Attribute "${name}" is an empty list, so its kind is unknown. Give { kind: 'ints', value: [] }.`);
  if (values.every((value) => typeof value === 'string')) return { kind: 'strings', value: values };
  const numbers = values.filter((value) => typeof value !== 'string');
  if (numbers.length < values.length)
    throw new Error(`Attribute "${name}" mixes numbers and strings. Give a list of one kind.`);
  if (numbers.every((value) => isInt(name, value)))
    return { kind: 'ints', value: numbers.map((value) => (typeof value === 'bigint' ? plainInt(value) : value)) };
  return { kind: 'floats', value: numbers.map((value) => Math.fround(Number(value))) };
}

function isInt(name: string, value: Int): boolean {
  return typeof value === 'bigint' || (Number.isSafeInteger(value) && !FLOAT_NAMES.has(name));
}

function isList(value: AttributeLike): value is readonly Int[] | readonly string[] {
  return Array.isArray(value);
}

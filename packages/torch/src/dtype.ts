/** Element types, with libtorch's own codes (c10/core/ScalarType.h). */
const codes = {
  uint8: 0,
  int8: 1,
  int16: 2,
  int32: 3,
  int64: 4,
  float16: 5,
  float32: 6,
  float64: 7,
  bool: 11,
  bfloat16: 15,
} as const;

export type Dtype = keyof typeof codes;

const names = new Map<number, Dtype>(Object.entries(codes).map(([name, code]) => [code, name as Dtype]));

export function dtypeCode(dtype: Dtype): number {
  if (!Object.hasOwn(codes, dtype)) {
    throw new Error(`There is no dtype '${String(dtype)}'; there are ${Object.keys(codes).join(', ')}.`);
  }
  return codes[dtype];
}

export function dtypeName(code: number): Dtype {
  const name = names.get(code);
  if (name === undefined) throw new Error(`libtorch's dtype ${code} has no counterpart here.`);
  return name;
}

/** The typed array that holds a dtype's elements. 16-bit floats come as their bits, booleans as 0 and 1. */
export interface ArrayOf {
  uint8: Uint8Array;
  int8: Int8Array;
  int16: Int16Array;
  int32: Int32Array;
  int64: BigInt64Array;
  float16: Uint16Array;
  float32: Float32Array;
  float64: Float64Array;
  bool: Uint8Array;
  bfloat16: Uint16Array;
}

type ArrayMaker = new (buffer: ArrayBufferLike, byteOffset?: number, length?: number) => ArrayOf[Dtype];

const arrays: Record<Dtype, ArrayMaker> = {
  uint8: Uint8Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  float16: Uint16Array,
  float32: Float32Array,
  float64: Float64Array,
  bool: Uint8Array,
  bfloat16: Uint16Array,
};

export function arrayOver<D extends Dtype>(dtype: D, buffer: ArrayBufferLike): ArrayOf[D] {
  return new arrays[dtype](buffer) as ArrayOf[D];
}

/** The dtype that a typed array is taken for when none is given. */
export function dtypeOfArray(array: ArrayBufferView): Dtype {
  if (array instanceof Float32Array) return 'float32';
  if (array instanceof Float64Array) return 'float64';
  if (array instanceof Int32Array) return 'int32';
  if (array instanceof BigInt64Array) return 'int64';
  if (array instanceof Uint8Array) return 'uint8';
  if (array instanceof Int8Array) return 'int8';
  if (array instanceof Int16Array) return 'int16';
  if (!ArrayBuffer.isView(array)) throw new Error('A tensor is made from a typed array, such as a Float32Array.');
  throw new Error(`A ${Object.prototype.toString.call(array).slice(8, -1)} needs its dtype to be named.`);
}

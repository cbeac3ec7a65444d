/**
 * The element types that tensors may have, each with ONNX's number for it (`TensorProto.DataType`) and the array that
 * holds it. float16 and bfloat16 are held as their 16 bits, bool as one byte (0 or 1).
 */
export const DTYPES = {
  float32: { code: 1, array: Float32Array },
  uint8: { code: 2, array: Uint8Array },
  int8: { code: 3, array: Int8Array },
  uint16: { code: 4, array: Uint16Array },
  int16: { code: 5, array: Int16Array },
  int32: { code: 6, array: Int32Array },
  int64: { code: 7, array: BigInt64Array },
  bool: { code: 9, array: Uint8Array },
  float16: { code: 10, array: Uint16Array },
  float64: { code: 11, array: Float64Array },
  uint32: { code: 12, array: Uint32Array },
  uint64: { code: 13, array: BigUint64Array },
  bfloat16: { code: 16, array: Uint16Array },
} as const;

export type Dtype = keyof typeof DTYPES;

/** The typed array that holds a dtype's elements, in memory of its own or shared. */
export type DataOf<D extends Dtype> = Loose<InstanceType<(typeof DTYPES)[D]['array']>>;

type Arrays =
  | Float32Array
  | Float64Array
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | BigInt64Array
  | BigUint64Array;

/** `Float32Array<ArrayBuffer>` → `Float32Array`, and so on: told apart by the arrays' names. */
type Loose<A extends Arrays> = Extract<Arrays, { [Symbol.toStringTag]: A[typeof Symbol.toStringTag] }>;

/** Any of the arrays that hold tensor elements. */
export type TensorData = DataOf<Dtype>;

const BY_CODE = new Map<number, Dtype>(Object.entries(DTYPES).map(([name, { code }]) => [code, name as Dtype]));

/** The dtype of ONNX's number, or undefined for those not supported (strings, complex, 8- and 4-bit floats, …). */
export function dtypeOfCode(code: number): Dtype | undefined {
  return BY_CODE.get(code);
}

/** Whether a string names a supported dtype. */
export function isDtype(name: string): name is Dtype {
  return Object.hasOwn(DTYPES, name);
}

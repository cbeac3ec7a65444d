import { type GraphProto, type TensorProto, TensorProto_DataLocation, TensorProto_DataType } from 'onnx-buf';
import { parseModel } from '../model/model.js';

/** Operators whose weights are factors, or terms, of sums: nothing divides by them. */
const WEIGHED = new Set(['Conv', 'ConvTranspose', 'Gemm', 'MatMul', 'PRelu']);

/** Fifty binary places below a tensor's largest; float32 keeps 24. */
const SHARE = 2 ** -50;

/**
 * Sets weights below 2⁻⁵⁰ of their tensor's largest to zero. Weight decay may leave many of them in channels that a
 * network does not use, and their products are subnormal (below 2⁻¹²⁶), which many a processor computes in microcode, a hundred
 * times as slowly.
 *
 * @returns the same bytes if no weight is that small, if data lie in other files, or if nodes hold nested graphs
 * @throws Error if the bytes are not an ONNX model
 */
export function withoutTinyWeights(bytes: Uint8Array, name?: string): Uint8Array {
  const { graph } = parseModel(bytes, name);
  if (!graph) return bytes;
  let copy: Uint8Array | undefined;
  for (const { rawData } of weightsOf(graph)) {
    const zeroed = withoutTiny(new Float32Array(new Uint8Array(rawData).buffer));
    if (!zeroed) continue;
    copy ??= new Uint8Array(bytes);
    copy.set(new Uint8Array(zeroed.buffer), rawData.byteOffset - bytes.byteOffset); // the parser copies nothing
  }
  return copy ?? bytes;
}

/** The float32 constants that are nothing but weights. */
function weightsOf({ node, initializer, output }: GraphProto): TensorProto[] {
  if (initializer.some(({ dataLocation }) => dataLocation === TensorProto_DataLocation.EXTERNAL)) return [];
  if (node.some(({ attribute }) => attribute.some(({ g, graphs }) => g || graphs.length > 0))) return [];
  const isWeight = (op: string, place: number) => WEIGHED.has(op) && place > 0;
  const uses = node.flatMap(({ opType, input }) =>
    input.map((value, place) => ({ value, as: isWeight(opType, place) })),
  );
  const weights = new Set(uses.filter(({ as }) => as).map(({ value }) => value));
  const others = new Set([
    ...uses.filter(({ as }) => !as).map(({ value }) => value),
    ...output.map(({ name }) => name),
  ]);
  return initializer.filter(
    ({ name, dataType, rawData }) =>
      weights.has(name) &&
      !others.has(name) &&
      dataType === TensorProto_DataType.FLOAT &&
      rawData.length % Float32Array.BYTES_PER_ELEMENT === 0,
  );
}

/** Sets the tiny values to zero. @returns undefined where there are none */
function withoutTiny(values: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer> | undefined {
  const tiny = SHARE * values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  let found = false;
  for (const [i, value] of values.entries()) {
    if (value === 0 || Math.abs(value) >= tiny) continue;
    values[i] = 0;
    found = true;
  }
  return found ? values : undefined;
}

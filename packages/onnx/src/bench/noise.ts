import { toHalf } from '@pocketnet/files';
import type { Dtype, TensorData } from '../graph/dtype.js';
import type { ValueInfo } from '../graph/graph.js';
import { elementCount } from '../graph/tensor.js';
import type { Feed } from '../run/feeds.js';

/** Fixed noise in −1 … 1 for a model's only input, `batch` of it. @throws an Error for several inputs, or sizes that are open */
export function noise(inputs: readonly ValueInfo[], batch: number): Record<string, Feed> {
  const [input, ...others] = inputs;
  const make = input && ARRAYS[input.dtype];
  if (!make || others.length > 0)
    throw new Error(
      `The model takes ${inputs.map(({ name, dtype }) => `${name} (${dtype})`).join(', ')}; the benchmark can make up one input of float32, float16 or uint8.`,
    );
  const [, ...rest] = input.shape ?? [];
  if (rest.length === 0 || rest.some((size) => typeof size !== 'number'))
    throw new Error(
      `The model's input "${input.name}" has open sizes besides the batch: [${input.shape?.join(', ')}].`,
    );
  const dims = [batch, ...(rest as number[])];
  const data = make(
    Float32Array.from({ length: elementCount(dims) }, (_, i) => Math.sin(12.9898 * (i % 65_537) ** 1.1)),
  );
  return { [input.name]: { data, dims } };
}

/** Numbers in −1 … 1 in the types that images have. */
const ARRAYS: Partial<Record<Dtype, (values: Float32Array) => TensorData>> = {
  float32: (values) => values,
  float16: (values) => Uint16Array.from(values, toHalf),
  uint8: (values) => Uint8Array.from(values, (value) => 127.5 + 127.5 * value),
};

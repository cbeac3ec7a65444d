import type { ValueInfo } from '../graph/graph.js';
import { elementCount } from '../graph/tensor.js';
import type { Feed } from '../run/feeds.js';

/** Fixed noise in −1 … 1 for a model's only input, `batch` of it. @throws an Error for several inputs, or sizes that are open */
export function noise(inputs: readonly ValueInfo[], batch: number): Record<string, Feed> {
  const [input, ...others] = inputs;
  if (!input || others.length > 0 || input.dtype !== 'float32')
    throw new Error(
      `The model takes ${inputs.map(({ name, dtype }) => `${name} (${dtype})`).join(', ')}; one input of float32 can be made up.`,
    );
  const [, ...rest] = input.shape ?? [];
  if (rest.length === 0 || rest.some((size) => typeof size !== 'number'))
    throw new Error(`The model's input "${input.name}" leaves sizes open but the batch: [${input.shape?.join(', ')}].`);
  const dims = [batch, ...(rest as number[])];
  const data = Float32Array.from({ length: elementCount(dims) }, (_, i) => Math.sin(12.9898 * (i % 65_537) ** 1.1));
  return { [input.name]: { data, dims } };
}

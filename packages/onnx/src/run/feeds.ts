import { DTYPES, type TensorData } from '../graph/dtype.js';
import type { ValueInfo } from '../graph/graph.js';
import { elementCount } from '../graph/tensor.js';

/** An input of a run: values in row-major order and their sizes. */
export interface Feed {
  readonly data: TensorData;
  readonly dims: readonly number[];
}

/** Checks a run's feeds against the model's inputs, so that a mistake is named here and not deep in the runtime. */
export function checkFeeds(feeds: Record<string, Feed>, inputs: readonly ValueInfo[], model: string): void {
  const names = inputs.map(({ name }) => name);
  const unknown = Object.keys(feeds).find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new Error(`${model} has no input "${unknown}". Its inputs are: ${names.join(', ')}.`);
  for (const input of inputs) {
    const feed = feeds[input.name];
    if (!feed) throw new Error(`${model}: the input "${input.name}" is missing.`);
    const problem = feedProblem(feed, input);
    if (problem) throw new Error(`${model}: the input "${input.name}" ${problem}.`);
  }
}

function feedProblem({ data, dims }: Feed, { dtype, shape }: ValueInfo): string | undefined {
  const { array } = DTYPES[dtype];
  if (!(data instanceof array)) return `is of ${dtype} and needs a ${array.name}`;
  if (!dims.every((size) => Number.isSafeInteger(size) && size >= 0)) return `has the sizes [${dims}]`;
  if (data.length !== elementCount(dims)) return `has ${data.length} values for the sizes [${dims}]`;
  const fits =
    shape === null ||
    (shape.length === dims.length && shape.every((size, i) => typeof size !== 'number' || size === dims[i]));
  return fits ? undefined : `has the sizes [${dims}], but the model takes [${shape?.map((size) => size ?? '?')}]`;
}

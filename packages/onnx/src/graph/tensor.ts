import { type DataOf, DTYPES, type Dtype, type TensorData } from './dtype.js';

/** A dense constant, row-major. An empty shape is a scalar. */
export interface Tensor {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly data: TensorData;
}

/** Makes a tensor after checking that shape, dtype and data fit each other. */
export function tensor<D extends Dtype>(dtype: D, shape: readonly number[], data: DataOf<D>): Tensor {
  const made = { dtype, shape: [...shape], data };
  const problem = tensorProblem(made);
  if (problem) throw new Error(`A tensor ${problem}.`);
  return made;
}

/** How many elements a shape has; 1 for a scalar. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** What is wrong with a tensor, as the end of a sentence; undefined if nothing is. */
export function tensorProblem({ dtype, shape, data }: Tensor): string | undefined {
  if (!shape.every((size) => Number.isSafeInteger(size) && size >= 0))
    return `has the shape [${shape}]; sizes must be whole numbers from 0`;
  const { array } = DTYPES[dtype];
  if (!(data instanceof array)) return `of ${dtype} holds a ${data.constructor.name}; it needs a ${array.name}`;
  const count = elementCount(shape);
  if (data.length !== count) return `of shape [${shape}] holds ${data.length} values; it needs ${count}`;
  return undefined;
}

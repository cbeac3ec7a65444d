import { fromArray, operator, ops, scope, type Tensor } from '@pocketnet/torch';

const eigh = operator<[self: Tensor, uplo: string], [values: Tensor, vectors: Tensor]>('aten::linalg_eigh');

/**
 * The `width` directions that keep most of unit embeddings, [dimension, width] row by row. Without subtracting a mean: cosines, which are all
 * that is distilled, are about the origin.
 *
 * @param next gives the embeddings in blocks [n, dimension], of unit length, until it returns undefined
 */
export function principalDirections(
  next: () => { data: Float32Array; rows: number } | undefined,
  dimension: number,
  width: number,
): Float32Array {
  return scope(() => {
    const moments = ops.zeros([dimension, dimension], 'float64');
    for (let block = next(); block !== undefined; block = next()) {
      const { data, rows } = block;
      scope(() => {
        const x = ops.toDtype(fromArray(data, [rows, dimension]), 'float64');
        ops.add_(moments, ops.matmul(ops.transpose(x, 0, 1), x));
      });
    }
    const [, vectors] = eigh(moments, 'L'); // eigenvalues ascend
    const largest = ops.flip(ops.slice(vectors, 1, dimension - width, dimension), [1]);
    return ops.toDtype(ops.contiguous(largest), 'float32').toFloat32();
  });
}

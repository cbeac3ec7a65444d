/** How far one run's numbers lie from another's. */
export interface RunDifference {
  /** max |actual − reference|. Infinity where one side is not finite and the other differs. */
  readonly maxAbsolute: number;
  /**
   * `maxAbsolute` divided by the largest magnitude of the whole reference, max |reference|: the tolerance that matters
   * for embeddings, which an element near zero does not blow up. 0 where nothing differs.
   */
  readonly maxRelative: number;
  /** Where the largest difference is; −1 where nothing differs. */
  readonly index: number;
  readonly length: number;
}

/**
 * Compares two runs' outputs element by element.
 *
 * @param reference the numbers held to be right, e.g. libtorch's
 * @throws Error when the lengths differ or are 0
 */
export function compareRuns(reference: ArrayLike<number>, actual: ArrayLike<number>): RunDifference {
  const { length } = reference;
  if (actual.length !== length || length === 0)
    throw new Error(`The runs hold ${length} and ${actual.length} numbers. Compare outputs of one shape, not empty.`);
  let maxAbsolute = 0;
  let index = -1;
  let largest = 0;
  for (let i = 0; i < length; i++) {
    const [right, own] = [reference[i] ?? 0, actual[i] ?? 0];
    if (Number.isFinite(right)) largest = Math.max(largest, Math.abs(right));
    if (Object.is(right, own)) continue;
    const difference = Math.abs(own - right);
    const counted = Number.isFinite(difference) ? difference : Infinity;
    if (counted <= maxAbsolute) continue;
    maxAbsolute = counted;
    index = i;
  }
  return { maxAbsolute, maxRelative: maxAbsolute === 0 ? 0 : maxAbsolute / largest, index, length };
}

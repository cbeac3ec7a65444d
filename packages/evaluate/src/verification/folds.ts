/** Pairs `start … end - 1`. */
export interface Fold {
  readonly start: number;
  readonly end: number;
}

/**
 * Contiguous folds without shuffling, scikit-learn's `KFold` rule: the first `pairs mod folds` folds take one pair more.
 * Refuses folds in which only one class occurs, since neither a TPR nor a FPR can be told there.
 */
export function contiguousFolds(same: readonly boolean[], folds: number): Fold[] {
  const pairs = same.length;
  if (!Number.isInteger(folds) || folds < 2 || folds > pairs)
    throw new Error(
      `${pairs} pairs cannot be cut into ${folds} folds. Give --folds a whole number from 2 to ${pairs}.`,
    );
  const result: Fold[] = [];
  let start = 0;
  for (let k = 0; k < folds; k++) {
    const end = start + Math.floor(pairs / folds) + (k < pairs % folds ? 1 : 0);
    const genuine = same.slice(start, end).filter(Boolean).length;
    if (genuine === 0 || genuine === end - start) {
      throw new Error(
        `Fold ${k + 1} of ${folds} (pairs ${start + 1} to ${end}) holds only ${genuine ? 'genuine' : 'impostor'} pairs. ` +
          'Give --folds the number of folds that the pair list was made with; pocketnet data inspect says which suits.',
      );
    }
    result.push({ start, end });
    start = end;
  }
  return result;
}

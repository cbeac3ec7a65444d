type Ascending = Float32Array | Float64Array;

/** Number of ascending values below `value`, which is the index of the first that is not below. */
export function lowerBound(ascending: Ascending, value: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] as number) < value)
      low = middle + 1; // inside by the bounds
    else high = middle;
  }
  return low;
}

/** Number of ascending values not above `value`, which is the index of the first that is above. */
export function upperBound(ascending: Ascending, value: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] as number) <= value)
      low = middle + 1; // inside by the bounds
    else high = middle;
  }
  return low;
}

type Ascending = Float32Array | Float64Array;

/** How many of the ascending values are lower than `value`: the place of the first that is not. */
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

/** How many of the ascending values are not higher than `value`: the place of the first that is. */
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

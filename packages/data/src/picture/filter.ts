import { blankPicture, type Picture } from './picture.js';

/** A filter along one axis: target t is the sum of `weights[k] · source[sources[k]]` over `starts[t]` ≤ k < `starts[t + 1]`. */
export interface Taps {
  /** One more than there are targets. */
  readonly starts: Int32Array;
  readonly sources: Int32Array;
  readonly weights: Float64Array;
}

/** Makes taps of what each target says it mixes. */
export function tapsOf(
  targets: number,
  mix: (target: number) => Iterable<readonly [source: number, weight: number]>,
): Taps {
  const starts = new Int32Array(targets + 1);
  const sources: number[] = [];
  const weights: number[] = [];
  for (let target = 0; target < targets; target++) {
    for (const [source, weight] of mix(target)) {
      sources.push(source);
      weights.push(weight);
    }
    starts[target + 1] = sources.length;
  }
  return { starts, sources: Int32Array.from(sources), weights: Float64Array.from(weights) };
}

/** Filters a picture along its rows, then along its columns, and rounds once: its new size is that of the taps. */
export function filterPicture(picture: Picture, across: Taps, down: Taps): Picture {
  return filterColumns(filterRows(picture, across), across.starts.length - 1, down);
}

/** Every row filtered, not rounded yet: `height * width * 3` values, where `width` is the number of targets. */
function filterRows({ data, width: before, height }: Picture, { starts, sources, weights }: Taps): Float32Array {
  const width = starts.length - 1;
  const filtered = new Float32Array(height * width * 3);
  for (let y = 0, to = 0; y < height; y++) {
    const row = y * before * 3;
    for (let x = 0; x < width; x++, to += 3) {
      let r = 0;
      let g = 0;
      let b = 0;
      const end = starts[x + 1] as number;
      for (let tap = starts[x] as number; tap < end; tap++) {
        const from = row + (sources[tap] as number) * 3;
        const weight = weights[tap] as number;
        r += weight * (data[from] as number);
        g += weight * (data[from + 1] as number);
        b += weight * (data[from + 2] as number);
      }
      filtered[to] = r;
      filtered[to + 1] = g;
      filtered[to + 2] = b;
    }
  }
  return filtered;
}

/** Every column of what `filterRows` gave, two taps at a time: half as many passes over a row's sums. */
function filterColumns(rows: Float32Array, width: number, { starts, sources, weights }: Taps): Picture {
  const height = starts.length - 1;
  const filtered = blankPicture(width, height);
  const stride = width * 3;
  const sums = new Float32Array(stride);
  for (let y = 0; y < height; y++) {
    sums.fill(0.5); // rounds to nearest when the bytes cut the fraction off
    const end = starts[y + 1] as number;
    let tap = starts[y] as number;
    for (; tap + 1 < end; tap += 2) {
      const [first, second] = [(sources[tap] as number) * stride, (sources[tap + 1] as number) * stride];
      const [weight, next] = [weights[tap] as number, weights[tap + 1] as number];
      for (let i = 0; i < stride; i++) {
        const sum = Math.fround((sums[i] as number) + weight * (rows[first + i] as number)); // as if added one by one
        sums[i] = sum + next * (rows[second + i] as number);
      }
    }
    if (tap < end) {
      const [last, weight] = [(sources[tap] as number) * stride, weights[tap] as number];
      for (let i = 0; i < stride; i++) sums[i] = (sums[i] as number) + weight * (rows[last + i] as number);
    }
    const to = y * stride;
    for (let i = 0; i < stride; i++) filtered.data[to + i] = sums[i] as number;
  }
  return filtered;
}

import { blankPicture, type Picture } from './picture.js';

/** A filter along one axis: target t is the sum of `weights[k] · source[sources[k]]` over `starts[t]` ≤ k < `starts[t + 1]`. */
export interface Taps {
  /** One more than there are targets. */
  readonly starts: Int32Array;
  readonly sources: readonly number[];
  readonly weights: readonly number[];
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
  return { starts, sources, weights };
}

/** Filters a picture along its rows, then along its columns, and rounds once: its new size is that of the taps. */
export function filterPicture(picture: Picture, across: Taps, down: Taps): Picture {
  const { data } = picture;
  const width = across.starts.length - 1;
  const height = down.starts.length - 1;
  const wide = new Float32Array(picture.height * width * 3);
  for (let y = 0, to = 0; y < picture.height; y++) {
    const row = y * picture.width * 3;
    for (let x = 0; x < width; x++, to += 3) {
      let r = 0;
      let g = 0;
      let b = 0;
      const end = across.starts[x + 1] as number;
      for (let tap = across.starts[x] as number; tap < end; tap++) {
        const from = row + (across.sources[tap] as number) * 3;
        const weight = across.weights[tap] as number;
        r += weight * (data[from] as number);
        g += weight * (data[from + 1] as number);
        b += weight * (data[from + 2] as number);
      }
      wide[to] = r;
      wide[to + 1] = g;
      wide[to + 2] = b;
    }
  }

  const filtered = blankPicture(width, height);
  const stride = width * 3;
  const sums = new Float32Array(stride);
  for (let y = 0; y < height; y++) {
    sums.fill(0.5); // rounds to nearest when the bytes cut the fraction off
    for (let tap = down.starts[y] as number; tap < (down.starts[y + 1] as number); tap++) {
      const row = (down.sources[tap] as number) * stride;
      const weight = down.weights[tap] as number;
      for (let i = 0; i < stride; i++) sums[i] = (sums[i] as number) + weight * (wide[row + i] as number);
    }
    filtered.data.set(sums, y * stride);
  }
  return filtered;
}

/**
 * Convolutions as the sums that define them, y[p] += x[q] · f[t], over a list of all (q, p, t) of one plane. The same list gives both
 * gradients, since each is the same sum with another of the three as its target.
 */

/** Which place of the input q and of the filter t add to which place of the output p. */
export interface Taps {
  readonly input: Int32Array;
  readonly output: Int32Array;
  readonly filter: Int32Array;
}

export const sideOfOutput = (side: number, stride: number): number => Math.floor((side - 1) / stride) + 1;

/** The taps of a square plane under a square filter of odd side that is padded by half. */
export function tapsOf(side: number, kernel: number, stride: number): Taps {
  const [input, output, filter]: [number[], number[], number[]] = [[], [], []];
  const [out, half] = [sideOfOutput(side, stride), (kernel - 1) / 2];
  for (let p = 0; p < out * out; p++) {
    for (let t = 0; t < kernel * kernel; t++) {
      const row = Math.floor(p / out) * stride + Math.floor(t / kernel) - half;
      const column = (p % out) * stride + (t % kernel) - half;
      if (row < 0 || row >= side || column < 0 || column >= side) continue;
      input.push(row * side + column);
      output.push(p);
      filter.push(t);
    }
  }
  return { input: Int32Array.from(input), output: Int32Array.from(output), filter: Int32Array.from(filter) };
}

/** sum[s] += left[l] · right[r] over all taps; of each array one plane is meant, which begins at `…At`. */
export function addProducts(
  sum: Float32Array,
  sums: Int32Array,
  sumAt: number,
  left: Float32Array,
  lefts: Int32Array,
  leftAt: number,
  right: Float32Array,
  rights: Int32Array,
  rightAt: number,
): void {
  for (let i = 0; i < sums.length; i++) {
    const product =
      (left[leftAt + (lefts[i] as number)] as number) * (right[rightAt + (rights[i] as number)] as number);
    const place = sumAt + (sums[i] as number);
    sum[place] = (sum[place] as number) + product;
  }
}

/** [outer, count, inner] → [outer, inner]: Σ_k signs[k] · values[·, k, ·]. */
export function combine(values: Float32Array, outer: number, inner: number, signs: Float32Array): Float32Array {
  const sums = new Float32Array(outer * inner);
  for (let o = 0; o < outer; o++) {
    for (let k = 0; k < signs.length; k++) {
      const sign = signs[k] as number;
      const from = (o * signs.length + k) * inner;
      for (let i = 0; i < inner; i++)
        sums[o * inner + i] = (sums[o * inner + i] as number) + sign * (values[from + i] as number);
    }
  }
  return sums;
}

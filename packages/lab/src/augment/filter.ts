import type { Taps } from '@pocketnet/data';
import { fromArray, ops, type Tensor } from '@pocketnet/torch';

/** Targets of each image's taps to take: `count` of them from `first` on. All of them unless said. */
export interface Window {
  first: number;
  count: number;
}

/**
 * Taps as matrices, one for each image: [n, 1, targets, sources]. Taps of fewer targets than the longest leave rows of zeros at the end, and
 * those of fewer than `sources` sources columns of zeros: what a filter of another size has put there is not seen.
 */
export function filterMatrices(
  taps: readonly Taps[],
  sources: number,
  { device }: Tensor,
  windows?: readonly Window[],
): Tensor {
  const counts = taps.map(({ starts }, i) => windows?.[i]?.count ?? starts.length - 1);
  const targets = Math.max(...counts);
  const values = new Float32Array(taps.length * targets * sources);
  for (const [i, { starts, sources: from, weights }] of taps.entries()) {
    const first = windows?.[i]?.first ?? 0;
    for (let row = 0; row < (counts[i] ?? 0); row++) {
      const offset = (i * targets + row) * sources;
      for (let tap = starts[first + row] ?? 0; tap < (starts[first + row + 1] ?? 0); tap++) {
        const at = offset + (from[tap] ?? 0);
        values[at] = (values[at] ?? 0) + (weights[tap] ?? 0); // one source may come up twice: beyond an edge it is repeated
      }
    }
  }
  return ops.toDevice(fromArray(values, [taps.length, 1, targets, sources]), device, 'float32');
}

/** down · image · acrossᵀ: [n, 3, h, w] with [n, 1, h', h] and [n, 1, w', w] becomes [n, 3, h', w']. */
export function filterImages(images: Tensor, across: Tensor, down: Tensor): Tensor {
  return ops.matmul(ops.matmul(down, images), ops.transpose(across, 2, 3));
}

import type { BenchmarkResult, RocCurve } from '@pocketnet/evaluate';

/** Points that a report's JSON holds for one curve at most. */
const POINTS = 400;

/** A ROC for a report's JSON: corners of the curve, evenly over the logarithm of the FAR, ends included. */
export function thinnedCurve({ far, tar, genuine, impostor }: RocCurve): NonNullable<BenchmarkResult['curve']> {
  const lowest = Math.log10(1 / impostor) - 0.5;
  const kept: number[] = [];
  let [column, last] = [Number.NaN, 0];
  for (let k = 0; k < far.length; k++) {
    const own = Math.floor((Math.log10(Math.max(far[k] ?? 0, 10 ** lowest)) / lowest) * (POINTS / 2));
    if (own !== column) {
      if (last !== kept.at(-1)) kept.push(last);
      if (k !== kept.at(-1)) kept.push(k);
      column = own;
    }
    last = k;
  }
  if (kept.at(-1) !== far.length - 1) kept.push(far.length - 1);
  return { far: kept.map((k) => far[k] ?? 0), tar: kept.map((k) => tar[k] ?? 0), genuine, impostor };
}

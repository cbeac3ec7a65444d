import { Random } from '@pocketnet/files';

/**
 * Kendall's τ-b of two rankings of the same things: of all pairs, how many more are in one order in both than are not; ties in either count
 * half out (Kendall 1945). 1: the same order; 0: chance.
 */
export function kendall(a: readonly number[], b: readonly number[]): number {
  let [agree, inA, inB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    for (let j = 0; j < i; j++) {
      const [x, y] = [Math.sign((a[i] as number) - (a[j] as number)), Math.sign((b[i] as number) - (b[j] as number))];
      agree += x * y;
      inA += x * x;
      inB += y * y;
    }
  }
  return agree / Math.sqrt(inA * inB);
}

/** τ with the middle 95 % of its bootstrap over the things that are ranked. */
export function kendallInterval(
  a: readonly number[],
  b: readonly number[],
  seed = 1,
): { mean: number; low: number; high: number } {
  const random = new Random(seed);
  const all = Array.from(a.keys());
  const samples = Array.from({ length: 2000 }, () => {
    const drawn = all.map(() => random.pick(all));
    return kendall(
      drawn.map((i) => a[i] as number),
      drawn.map((i) => b[i] as number),
    );
  });
  const sorted = samples.filter(Number.isFinite).sort((x, y) => x - y);
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN;
  return { mean: kendall(a, b), low: at(0.025), high: at(0.975) };
}

const LOG2_E = Math.LOG2E;
/** ln 2 in two parts, of which the first, times a small whole number, is exact. */
const [LN2_HIGH, LN2_LOW] = [0.6931471803691238, 1.9082149292705877e-10];
/** 1 / 12! … 1 / 0!, for Horner's scheme. */
const COEFFICIENTS = Array.from({ length: 13 }, (_, i) => 1 / factorial(12 - i));

/**
 * e^x by sums and products alone, which are rounded alike everywhere; `Math.exp` may differ between JavaScript engines in the last place.
 * Within 1e-15 of its value for |x| < 700: x = k ln 2 + r, |r| <= ln 2 / 2, and Taylor's sum for e^r.
 */
export function exponential(x: number): number {
  const k = Math.round(Math.max(-700, Math.min(700, x)) * LOG2_E);
  const r = Math.max(-700, Math.min(700, x)) - k * LN2_HIGH - k * LN2_LOW;
  let sum = 0;
  for (const coefficient of COEFFICIENTS) sum = sum * r + coefficient;
  let power = 1;
  for (let i = Math.abs(k), base = k < 0 ? 0.5 : 2; i > 0; i >>= 1, base *= base) if (i & 1) power *= base;
  return sum * power;
}

function factorial(n: number): number {
  return n <= 1 ? 1 : n * factorial(n - 1);
}

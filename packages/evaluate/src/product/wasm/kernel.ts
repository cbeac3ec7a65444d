import {
  add,
  assemble,
  type Code,
  countdown,
  fusedMultiplyAdd,
  get,
  increase,
  loadSplat,
  loadVector,
  multiplyAdd,
  set,
  storeVector,
  zeroVector,
} from './assembler.js';

/** Left vectors that are multiplied at once. */
export const QUAD = 4;
/** Right vectors that are multiplied at once: two registers of four lanes. */
export const PANEL = 8;
/** Widths are filled up with zeros to a multiple of this: the length of the unrolled step. */
export const STEP = 4;

// i32 parameters, i32 variables, then vectors.
const [LEFT, RIGHT, SCORES, QUADS, PANELS, STEPS, STRIDE] = [0, 1, 2, 3, 4, 5, 6];
const [quad, panel, quadsLeft, stepsLeft, row] = [7, 8, 9, 10, 11];
const [LOW, HIGH, SPLAT] = [12, 13, 14];
const SUMS = 15;

/**
 * `multiply(left, right, scores, quads, panels, steps, stride)`: addresses in bytes, counts of 1 or more. Left vectors stand in
 * quads, [width][4]; right ones in panels, [width][8]; so both are read in a straight line. A tile of 4 x 8 sums
 * stays in eight of the sixteen registers for the whole width: eight independent chains of additions hide their latency, and
 * each pair of loads serves sixteen lanes. Every sum is taken in the order of the width, whatever tile it lies in, so
 * equal vectors have equal scores.
 *
 * @param fused with relaxed SIMD's fused multiply-add, which not every engine knows
 */
export function kernel(fused: boolean): Uint8Array<ArrayBuffer> {
  const accumulate = fused ? fusedMultiplyAdd : multiplyAdd;
  const rows = [0, 1, 2, 3];
  const sum = (r: number, half: number) => SUMS + 2 * r + half;

  const oneOfWidth = (k: number): Code[] => [
    set(LOW, loadVector(panel, k * PANEL * 4)),
    set(HIGH, loadVector(panel, k * PANEL * 4 + 16)),
    ...rows.flatMap((r) => [
      set(SPLAT, loadSplat(quad, (k * QUAD + r) * 4)),
      set(sum(r, 0), accumulate(get(SPLAT), get(LOW), get(sum(r, 0)))),
      set(sum(r, 1), accumulate(get(SPLAT), get(HIGH), get(sum(r, 1)))),
    ]),
  ];
  const tile: Code[] = [
    set(panel, get(RIGHT)),
    ...rows.flatMap((r) => [set(sum(r, 0), zeroVector), set(sum(r, 1), zeroVector)]),
    set(stepsLeft, get(STEPS)),
    countdown(
      stepsLeft,
      ...[0, 1, 2, 3].flatMap(oneOfWidth),
      increase(quad, STEP * QUAD * 4),
      increase(panel, STEP * PANEL * 4),
    ),
    ...rows.flatMap((r) => [
      storeVector(row, 0, get(sum(r, 0))),
      storeVector(row, 16, get(sum(r, 1))),
      set(row, add(get(row), get(STRIDE))),
    ]),
  ];
  return assemble('multiply', { parameters: 7, integers: 5, vectors: 11 }, [
    countdown(
      PANELS,
      set(quad, get(LEFT)),
      set(row, get(SCORES)),
      set(quadsLeft, get(QUADS)),
      countdown(quadsLeft, ...tile),
      set(RIGHT, get(panel)),
      increase(SCORES, PANEL * 4),
    ),
  ]);
}

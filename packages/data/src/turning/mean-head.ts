import { readFileSync } from 'node:fs';
import { TEMPLATE } from '../template.js';

/** A point of the head: x and y in the 112x112 template, depth in its pixels, positive towards the viewer. */
export type HeadPoint = readonly [x: number, y: number, depth: number];

/** A square grid of depths, `side` x `side` of them, row by row, at `first`, `first + step`, … along both axes. */
export interface DepthGrid {
  readonly side: number;
  readonly first: number;
  readonly step: number;
  readonly depths: Float32Array;
}

/** Where the head was cut off behind: no surface, but what is left of it. */
export const BACK = -75;

/** What a head turns about: somewhat behind the middle of the face. */
export const PIVOT: HeadPoint = [56, 72, -40];

const POINT_DEPTHS = [0, 0, 23.2127, 4.7365, 4.7365];

/** The template's five points with the mean head's depth. */
export const HEAD_POINTS: readonly HeadPoint[] = TEMPLATE.map(([x, y], i) => [x, y, POINT_DEPTHS[i] ?? 0]);

const FILE = new URL('../../assets/mean-head/depth.int16', import.meta.url);
const SIDE = 96;
const STEPS_A_PIXEL = 256;

let head: DepthGrid | undefined;

/** The mean head, read once. `assets/mean-head/README.md` says where it comes from. */
export function meanHead(): DepthGrid {
  head ??= { side: SIDE, first: -40, step: 2, depths: readDepths() };
  return head;
}

function readDepths(): Float32Array {
  const bytes = readFileSync(FILE);
  return Float32Array.from({ length: SIDE * SIDE }, (_, i) => bytes.readInt16LE(2 * i) / STEPS_A_PIXEL);
}

import type { FiveLandmarks } from '../align/point.js';

/** How a head is turned, in degrees; as the picture shows it. */
export interface Pose {
  /** Above 0: the face looks to the right side of the picture. */
  readonly yaw: number;
  /** Above 0: it looks down. */
  readonly pitch: number;
  /** Above 0: it leans clockwise. */
  readonly roll: number;
}

/**
 * The five points of a mean head that looks at the camera: ArcFace's template about its middle, made symmetric, and how far each stands out towards the camera,
 * in its pixels. Depths are those of common three-dimensional head models: the tip of the nose stands out by some 0.6 of the distance of the
 * eyes, the corners of the mouth lie a little before the pupils.
 */
const HEAD = [
  [-17.65, -20.1, 0],
  [17.65, -20.1, 0],
  [0, 0, 20],
  [-14.6, 20.6, 3],
  [14.6, 20.6, 3],
] as const;

/**
 * The pose of a head from its five points: the affine camera that brings the mean head nearest to them (least squares), and of its two rows,
 * made a rotation, the angles. Tells left from right and how much, within some ten degrees: people's noses differ.
 */
export function poseOf(points: FiveLandmarks): Pose {
  const centre = [0, 1].map((axis) => points.reduce((sum, point) => sum + (point[axis] ?? 0), 0) / 5);
  const rows = [0, 1].map((axis) => camera(points.map((point) => (point[axis] ?? 0) - (centre[axis] ?? 0))));
  const [[a, b, c], [d, e, f]] = rows as [Row, Row]; // one an axis
  // The part in the plane, [a b; d e], turned upright: what is left beside it is depth seen from the side.
  const roll = Math.atan2(d - b, a + e);
  const [cos, sin] = [Math.cos(roll), Math.sin(roll)];
  const [sideways, downwards] = [c * cos + f * sin, f * cos - c * sin];
  const wide = Math.hypot(a * cos + d * sin, sideways);
  const tall = Math.hypot(e * cos - b * sin, downwards);
  const degrees = (sine: number): number => (180 / Math.PI) * Math.asin(Math.max(-1, Math.min(1, sine)));
  return { yaw: degrees(sideways / wide), pitch: degrees(downwards / tall), roll: (180 / Math.PI) * roll };
}

type Row = readonly [number, number, number];

/** The row of the camera: (HᵀH)⁻¹Hᵀv, by Cramer's rule. */
function camera(values: readonly number[]): Row {
  const column = (i: number): number[] => HEAD_CENTRED.map((point) => point[i] as number); // three of them
  const dot = (u: readonly number[], v: readonly number[]): number => u.reduce((sum, x, i) => sum + x * (v[i] ?? 0), 0);
  const columns = [column(0), column(1), column(2)];
  const products = columns.map((u) => columns.map((v) => dot(u, v)));
  const wanted = columns.map((u) => dot(u, values));
  const whole = determinant(products);
  const solve = (i: number): number =>
    determinant(products.map((row, r) => row.map((value, k) => (k === i ? (wanted[r] as number) : value)))) / whole;
  return [solve(0), solve(1), solve(2)];
}

const HEAD_CENTRED = HEAD.map((point) =>
  point.map((value, axis) => value - HEAD.reduce((sum, each) => sum + (each[axis] ?? 0), 0) / HEAD.length),
);

function determinant(m: readonly (readonly number[])[]): number {
  const [[a = 0, b = 0, c = 0] = [], [d = 0, e = 0, f = 0] = [], [g = 0, h = 0, i = 0] = []] = m;
  return a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
}

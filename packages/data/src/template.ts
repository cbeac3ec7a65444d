/** A place in pixels. */
type Place = readonly [x: number, y: number, ...rest: number[]];

/**
 * Where alignment puts the eyes, the tip of the nose and the corners of the mouth in a crop of 112 x 112 pixels: InsightFace's `arcface_dst`
 * (Deng et al., ArcFace, arXiv 1801.07698).
 */
export const TEMPLATE = [
  [38.2946, 51.6963],
  [73.5318, 51.5014],
  [56.0252, 71.7366],
  [41.5493, 92.3655],
  [70.7299, 92.2041],
] as const;

/** The similarity that brings `from` to `to` and multiplies what lies around it by the complex number (along + i across) / spread. */
export interface Fit {
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
  readonly along: number;
  readonly across: number;
  readonly spread: number;
}

/**
 * The similarity that brings five points nearest to the template in the sum of squares: with centred points p and q as complex numbers it
 * multiplies by Σ p̄·q / Σ |p|² (Umeyama, PAMI 13(4), 1991).
 */
export function fitToTemplate(points: readonly Place[]): Fit {
  const [from, to] = [centre(points), centre(TEMPLATE)];
  let [along, across, spread] = [0, 0, 0];
  for (const [i, [x, y]] of points.entries()) {
    const [targetX = 0, targetY = 0] = TEMPLATE[i] ?? [];
    const [px, py, qx, qy] = [x - from[0], y - from[1], targetX - to[0], targetY - to[1]];
    along += px * qx + py * qy;
    across += px * qy - py * qx;
    spread += px * px + py * py;
  }
  return { from, to, along, across, spread };
}

function centre(points: readonly Place[]): [number, number] {
  const mean = (axis: 0 | 1): number => points.reduce((sum, point) => sum + point[axis], 0) / points.length;
  return [mean(0), mean(1)];
}

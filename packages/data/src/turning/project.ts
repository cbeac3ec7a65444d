import { HEAD_POINTS, type HeadPoint, PIVOT } from './mean-head.js';

/** How a head is turned, in degrees. */
export interface Pose {
  /** Positive turns the face to the right of the picture. */
  readonly yaw: number;
  /** Positive lifts the chin. */
  readonly pitch: number;
}

/** Where a point of the head lies in the crop of the turned head (in the 112x112 template), and how near to the viewer. */
export type Projection = (point: HeadPoint) => HeadPoint;

/** Turns the head about its pivot, projects it without perspective, and aligns its five points to the template as a crop's are. */
export function projectHead(pose: Pose): Projection {
  const rotate = rotation(pose);
  const align = alignment(HEAD_POINTS.map(rotate));
  return (point) => align(rotate(point));
}

/** First to the side, about the head's own axis, then up. */
function rotation({ yaw, pitch }: Pose): Projection {
  const [cosYaw, sinYaw] = [Math.cos(radians(yaw)), Math.sin(radians(yaw))];
  const [cosPitch, sinPitch] = [Math.cos(radians(pitch)), Math.sin(radians(pitch))];
  const [pivotX, pivotY, pivotDepth] = PIVOT;
  return ([x, y, depth]) => {
    const [dx, dy, dz] = [x - pivotX, y - pivotY, depth - pivotDepth];
    const right = cosYaw * dx + sinYaw * dz;
    const front = cosYaw * dz - sinYaw * dx;
    return [right, cosPitch * dy - sinPitch * front, cosPitch * front + sinPitch * dy];
  };
}

const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/**
 * The similarity in the plane that brings `points` nearest to the template's in the sum of squares: with centred points p and q as complex
 * numbers it is Σ p̄·q / Σ |p|² (Umeyama, PAMI 13(4), 1991). The depth, which only orders, stays.
 */
function alignment(points: readonly HeadPoint[]): Projection {
  const from = centre(points);
  const to = centre(HEAD_POINTS);
  let [real, imaginary, squares] = [0, 0, 0];
  for (const [i, [x, y]] of points.entries()) {
    const [targetX = 0, targetY = 0] = HEAD_POINTS[i] ?? [];
    const [px, py, qx, qy] = [x - from.x, y - from.y, targetX - to.x, targetY - to.y];
    real += px * qx + py * qy;
    imaginary += px * qy - py * qx;
    squares += px * px + py * py;
  }
  const [cos, sin] = [real / squares, imaginary / squares];
  return ([x, y, depth]) => {
    const [px, py] = [x - from.x, y - from.y];
    return [cos * px - sin * py + to.x, sin * px + cos * py + to.y, depth];
  };
}

function centre(points: readonly HeadPoint[]): { x: number; y: number } {
  const mean = (axis: 0 | 1): number => points.reduce((sum, point) => sum + point[axis], 0) / points.length;
  return { x: mean(0), y: mean(1) };
}

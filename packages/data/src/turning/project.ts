import { fitToTemplate } from '../template.js';
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

/** In the plane, as `fitToTemplate` says. The depth, which only orders, stays. */
function alignment(points: readonly HeadPoint[]): Projection {
  const { from, to, along, across, spread } = fitToTemplate(points);
  const [cos, sin] = [along / spread, across / spread];
  return ([x, y, depth]) => {
    const [px, py] = [x - from[0], y - from[1]];
    return [cos * px - sin * py + to[0], sin * px + cos * py + to[1], depth];
  };
}

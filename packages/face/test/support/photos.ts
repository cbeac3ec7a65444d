import { drawFace } from '@pocketnet/data';
import type { AffineMatrix, FiveLandmarks, Image, Point } from 'pocketnet/align';
import { arcfaceTemplate, warpAffine } from 'pocketnet/align';

/** An invented person's face in a photo: side of its crop, and where that begins. */
export interface Placed {
  readonly identity: number;
  readonly sample?: number;
  readonly x: number;
  readonly y: number;
  readonly side: number;
}

/** A photo of drawn faces on grey. */
export function photoOf(width: number, height: number, faces: readonly Placed[]): Image {
  const data = new Uint8Array(3 * width * height).fill(128);
  for (const { identity, sample = 0, x, y, side } of faces) {
    const face = drawFace(identity, sample, { size: side });
    for (let row = 0; row < side; row++)
      data.set(face.data.subarray(3 * row * side, 3 * (row + 1) * side), 3 * ((y + row) * width + x));
  }
  return { width, height, data };
}

/** Where a drawn face's points are meant to be; it is drawn some pixels off, as people are. */
export const pointsOf = ({ x, y, side }: Placed): FiveLandmarks =>
  arcfaceTemplate(side).map(([u, v]): Point => [x + u, y + v]) as unknown as FiveLandmarks;

export function mirrored({ width, height, data }: Image): Image {
  const channels = data.length / (width * height);
  const out = new Uint8Array(3 * width * height);
  for (let i = 0; i < width * height; i++)
    for (let c = 0; c < 3; c++) {
      const from = i - (i % width) + width - 1 - (i % width);
      out[3 * i + c] = data[channels * from + c] as number; // inside
    }
  return { width, height, data: out };
}

/** The points of a mirrored face: left and right change their names, too. */
export const mirroredPoints = (points: FiveLandmarks, width: number): FiveLandmarks => {
  const at = (i: 0 | 1 | 2 | 3 | 4): Point => [width - 1 - points[i][0], points[i][1]];
  return [at(1), at(0), at(2), at(4), at(3)];
};

/** A photo about its middle, turned by an angle (clockwise) and scaled, and the matrix that does so. */
export function turned(photo: Image, degrees: number, scale = 1): { photo: Image; matrix: AffineMatrix } {
  const [cos, sin] = [scale * Math.cos((degrees * Math.PI) / 180), scale * Math.sin((degrees * Math.PI) / 180)];
  const [cx, cy] = [(photo.width - 1) / 2, (photo.height - 1) / 2];
  const matrix: AffineMatrix = [cos, -sin, cx - cos * cx + sin * cy, sin, cos, cy - sin * cx - cos * cy];
  return { photo: warpAffine(photo, matrix, photo.width, photo.height), matrix };
}

/** The largest distance of two faces' points. */
export const farthest = (a: FiveLandmarks, b: FiveLandmarks): number =>
  Math.max(...a.map(([x, y], i) => Math.hypot(x - (b[i]?.[0] ?? 0), y - (b[i]?.[1] ?? 0))));

import { type AffineMatrix, invertAffine, transformPoint } from '../../align/affine.js';
import type { Image, RgbImage } from '../../align/image.js';
import type { FiveLandmarks, Point } from '../../align/point.js';
import { type Region, resample } from '../../images/resample.js';
import { smoothWarp } from '../../images/smooth-warp.js';
import { type Detection, sideOf } from '../detector.js';
import { decodeYunet } from './decode.js';
import type { PlansBySize } from './plans.js';

/** YuNet's grids want sides that 32 divides. */
const UNIT = 32;
const padded = (side: number): number => UNIT * Math.ceil(side / UNIT);

/**
 * What the detector finds in a region of a photo that it sees at `scale` times its size. Right and lower borders are filled up to multiples of
 * 32 with what the photo has there, or black.
 *
 * @param least score of what is returned
 * @param lies whether to see it turned a quarter to the right
 */
export async function lookAt(
  plans: PlansBySize,
  photo: Image,
  region: Region,
  scale: number,
  least: number,
  lies = false,
): Promise<Detection[]> {
  const width = padded(Math.max(1, Math.round(region.width * scale)));
  const height = padded(Math.max(1, Math.round(region.height * scale)));
  const seen = resample(photo, { ...region, width: width / scale, height: height / scale }, width, height);
  // Both count from the centres of pixels.
  const start = (at: number): number => at + 0.5 / scale - 0.5;
  const [x, y] = [start(region.x), start(region.y)];
  return lies
    ? seenIn(plans, quarterTurned(seen), [0, 1 / scale, x, -1 / scale, 0, (height - 1) / scale + y], least)
    : seenIn(plans, seen, [1 / scale, 0, x, 0, 1 / scale, y], least);
}

/** A picture turned a quarter to the right: what was left is on top. */
function quarterTurned({ width, height, data }: RgbImage): RgbImage {
  const turned = new Uint8Array(data.length);
  for (let y = 0, from = 0; y < height; y++)
    for (let x = 0; x < width; x++, from += 3) {
      const to = 3 * (x * height + height - 1 - y);
      turned[to] = data[from] as number; // inside by the loops' bounds, like the next
      turned[to + 1] = data[from + 1] as number;
      turned[to + 2] = data[from + 2] as number;
    }
  return { width: height, height: width, data: turned };
}

/** The side of a face, in pixels that the detector sees, at which its points are best, and the side of the picture for that. */
const BEST = 110;
const AROUND = 192;

/** By how many quarters a face is turned from what its points say, and the direction from its left to its right then. */
const turns = [
  ([x, y]: Point): Point => [x, y],
  ([x, y]: Point): Point => [-y, x],
  ([x, y]: Point): Point => [-x, -y],
  ([x, y]: Point): Point => [y, -x],
] as const;
export type Quarters = 0 | 1 | 2 | 3;

/**
 * What the detector finds where a face is known to be: it sees that face in the middle, upright, at the size where its points are best.
 *
 * @param quarters by which it is turned to the right from what its points say
 */
export async function lookAgainAt(
  plans: PlansBySize,
  photo: Image,
  face: Detection,
  least: number,
  quarters: Quarters = 0,
): Promise<Detection[]> {
  const { box } = face;
  const scale = BEST / sideOf(face);
  const [x, y] = turns[quarters](uprightOf(face.points));
  const [cos, sin] = [scale * x, scale * y];
  const [middleX, middleY] = [box.x + box.width / 2, box.y + box.height / 2];
  const centre = (AROUND - 1) / 2;
  const matrix: AffineMatrix = [
    ...[cos, sin, centre - cos * middleX - sin * middleY],
    ...[-sin, cos, centre + sin * middleX - cos * middleY],
  ] as unknown as AffineMatrix; // six
  return seenIn(plans, smoothWarp(photo, matrix, AROUND, AROUND), invertAffine(matrix), least);
}

/** The direction from left to right of a face, of length 1: that of its eyes and its mouth together. */
function uprightOf([leftEye, rightEye, , leftMouth, rightMouth]: FiveLandmarks): Point {
  const x = rightEye[0] - leftEye[0] + rightMouth[0] - leftMouth[0];
  const y = rightEye[1] - leftEye[1] + rightMouth[1] - leftMouth[1];
  const length = Math.sqrt(x * x + y * y);
  return length > 0 ? [x / length, y / length] : [1, 0];
}

/** Detections in a picture, brought back to the photo by a matrix. Boxes stay upright, about their middle. */
async function seenIn(plans: PlansBySize, seen: RgbImage, back: AffineMatrix, least: number): Promise<Detection[]> {
  const plan = await plans.at(seen.width, seen.height);
  const scale = Math.sqrt(back[0] * back[0] + back[3] * back[3]);
  return decodeYunet(plan.run(seen.data), seen.width, least).map(({ score, box, points }) => {
    const [x, y] = transformPoint(back, [box.x + box.width / 2, box.y + box.height / 2]);
    const [width, height] = [box.width * scale, box.height * scale];
    return {
      score,
      box: { x: x - width / 2, y: y - height / 2, width, height },
      points: points.map((point) => transformPoint(back, point)) as unknown as FiveLandmarks, // as many
    };
  });
}

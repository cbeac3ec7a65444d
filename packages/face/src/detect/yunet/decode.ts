import type { FiveLandmarks, Point } from '../../align/point.js';
import type { Detection } from '../detector.js';
import { exponential } from './exponential.js';

/** Pixels between neighbouring places of the three grids that YuNet answers on. */
export const STRIDES = [8, 16, 32] as const;

/**
 * YuNet's answers as detections, in pixels of the picture that it saw, (0, 0) the centre of the first one (Wu, Peng, Yu: "YuNet: A tiny
 * millisecond-level face detector", 2023; libfacedetection.train). At column c and row r of a grid of stride s, of class, objectness, box and
 * points (already between 0 and 1 the first two):
 *
 *     score = √(cls · obj), centre = s · (c + b₀, r + b₁), size = s · (e^b₂, e^b₃), point i = s · (c + k₂ᵢ, r + k₂ᵢ₊₁)
 *
 * @param outputs `cls_8` … `kps_32`
 * @param width of the picture, a multiple of 32
 * @param least score of what is returned
 */
export function decodeYunet(
  outputs: Readonly<Record<string, Float32Array>>,
  width: number,
  least: number,
): Detection[] {
  return STRIDES.flatMap((stride) => {
    const [cls, obj, boxes, points] = ['cls', 'obj', 'bbox', 'kps'].map((name) => outputs[`${name}_${stride}`]);
    if (!cls || !obj || !boxes || !points) throw new Error(`The detector has no outputs for a stride of ${stride}.`);
    const columns = width / stride;
    const found: Detection[] = [];
    for (let i = 0; i < cls.length; i++) {
      const score = Math.sqrt(unit(cls[i]) * unit(obj[i]));
      if (!(score >= least)) continue;
      const [column, row] = [i % columns, Math.floor(i / columns)];
      found.push({
        score,
        box: boxOf(boxes.subarray(4 * i, 4 * i + 4), column, row, stride),
        points: pointsOf(points.subarray(10 * i, 10 * i + 10), column, row, stride),
      });
    }
    return found;
  });
}

const unit = (value = 0): number => Math.max(0, Math.min(1, value));

function boxOf(
  [dx = 0, dy = 0, logWidth = 0, logHeight = 0]: Float32Array,
  column: number,
  row: number,
  stride: number,
) {
  const [width, height] = [stride * exponential(logWidth), stride * exponential(logHeight)];
  return { x: stride * (column + dx) - width / 2, y: stride * (row + dy) - height / 2, width, height };
}

function pointsOf(offsets: Float32Array, column: number, row: number, stride: number): FiveLandmarks {
  const at = (i: number): Point => [
    stride * (column + (offsets[2 * i] as number)), // ten of them
    stride * (row + (offsets[2 * i + 1] as number)),
  ];
  return [at(0), at(1), at(2), at(3), at(4)];
}

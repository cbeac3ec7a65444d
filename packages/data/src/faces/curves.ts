import type { Point } from './raster.js';

/** The closed Catmull-Rom curve through `points`, as a polygon of `steps` sides for each of them. */
export function closedCurve(points: readonly Point[], steps = 5): Point[] {
  const count = points.length;
  const at = (i: number) => points[(i + count) % count] as Point;
  return points.flatMap((_, i) => span(at(i - 1), at(i), at(i + 1), at(i + 2), steps));
}

/** The open Catmull-Rom curve through `points`. */
export function openCurve(points: readonly Point[], steps = 5): Point[] {
  const at = (i: number) => points[Math.min(points.length - 1, Math.max(0, i))] as Point;
  const spans = points.slice(1).flatMap((_, i) => span(at(i - 1), at(i), at(i + 1), at(i + 2), steps));
  return [...spans, at(points.length - 1)];
}

/** A line with a breadth, which goes from `breadths[0]` to its last along the line, as a polygon. */
export function ribbon(line: readonly Point[], breadths: readonly number[]): Point[] {
  const over: Point[] = [];
  const under: Point[] = [];
  line.forEach(([x, y], i) => {
    const [beforeX, beforeY] = line[Math.max(0, i - 1)] as Point;
    const [afterX, afterY] = line[Math.min(line.length - 1, i + 1)] as Point;
    const length = Math.hypot(afterX - beforeX, afterY - beforeY) || 1;
    const place = (i / Math.max(1, line.length - 1)) * (breadths.length - 1);
    const low = Math.min(breadths.length - 1, Math.floor(place));
    const thin = breadths[low] as number;
    const half = (thin + ((breadths[low + 1] ?? thin) - thin) * (place - low)) / 2;
    const [acrossX, acrossY] = [(-(afterY - beforeY) / length) * half, ((afterX - beforeX) / length) * half];
    over.push([x + acrossX, y + acrossY]);
    under.push([x - acrossX, y - acrossY]);
  });
  return [...over, ...under.reverse()];
}

/** Points around an ellipse, in the order of the angle. */
export function ellipse(x: number, y: number, radiusX: number, radiusY: number, count = 16): Point[] {
  return Array.from({ length: count }, (_, i) => {
    const angle = (2 * Math.PI * i) / count;
    return [x + radiusX * Math.cos(angle), y + radiusY * Math.sin(angle)];
  });
}

function span(before: Point, from: Point, to: Point, after: Point, steps: number): Point[] {
  return Array.from({ length: steps }, (_, step) => {
    const t = step / steps;
    return [
      catmullRom(before[0], from[0], to[0], after[0], t),
      catmullRom(before[1], from[1], to[1], after[1], t),
    ] as const;
  });
}

function catmullRom(a: number, b: number, c: number, d: number, t: number): number {
  return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
}

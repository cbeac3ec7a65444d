import type { AffineMatrix } from './affine.js';
import type { Point } from './point.js';

/**
 * The similarity (rotation, one scale, shift; no reflection) that brings `from` nearest to `to` in the sum of squared distances.
 *
 * This is Umeyama's solution ("Least-squares estimation of transformation parameters between two point patterns", PAMI 13(4),
 * 1991) in closed form: in the plane a similarity is a multiplication of complex numbers, so that with centred points p and q
 * it is Σ p̄·q / Σ |p|², and no decomposition is needed. A mirrored face gets the best rotation that there is.
 *
 * @param from at least two points, not all in one place
 * @param to as many points
 * @throws RangeError that says what is wrong with the points
 */
export function estimateSimilarity(from: readonly Point[], to: readonly Point[]): AffineMatrix {
  if (from.length !== to.length || from.length < 2) {
    throw new RangeError(`A similarity needs two or more pairs of points, not ${from.length} and ${to.length} points.`);
  }
  const [fromX, fromY] = centre(from);
  const [toX, toY] = centre(to);
  let [real, imaginary, fromSquares, toSquares] = [0, 0, 0, 0];
  for (let i = 0; i < from.length; i++) {
    const [px, py] = offset(from[i] as Point, fromX, fromY); // inside by the loop's bound
    const [qx, qy] = offset(to[i] as Point, toX, toY);
    real += px * qx + py * qy;
    imaginary += px * qy - py * qx;
    fromSquares += px * px + py * py;
    toSquares += qx * qx + qy * qy;
  }
  if (!Number.isFinite(fromSquares) || !Number.isFinite(toSquares)) {
    throw new RangeError(`The points ${written(from)} and ${written(to)} are not all finite numbers.`);
  }
  const extent = Math.max(fromX ** 2 + fromY ** 2, fromSquares);
  if (fromSquares <= NEGLIGIBLE * extent) {
    throw new RangeError(`The points ${written(from)} lie all in one place: no face can be aligned by them.`);
  }
  if (real ** 2 + imaginary ** 2 <= NEGLIGIBLE * fromSquares * toSquares) {
    throw new RangeError(`The points ${written(from)} have no likeness to ${written(to)}: the best scale is 0.`);
  }
  const a = real / fromSquares;
  const c = imaginary / fromSquares;
  return [a, -c, toX - (a * fromX - c * fromY), c, a, toY - (c * fromX + a * fromY)];
}

/** Squares this small beside others are rounding. */
const NEGLIGIBLE = 1e-18;

function centre(points: readonly Point[]): Point {
  let [x, y] = [0, 0];
  for (const point of points) {
    x += point[0];
    y += point[1];
  }
  return [x / points.length, y / points.length];
}

const offset = ([x, y]: Point, originX: number, originY: number): Point => [x - originX, y - originY];

const written = (points: readonly Point[]): string => points.map(([x, y]) => `(${x}, ${y})`).join(' ');

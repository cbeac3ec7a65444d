import type { Point } from './point.js';

/** The rows of a 2x3 matrix: x' = a·x + b·y + tx, y' = c·x + d·y + ty. */
export type AffineMatrix = readonly [a: number, b: number, tx: number, c: number, d: number, ty: number];

export const IDENTITY: AffineMatrix = [1, 0, 0, 0, 1, 0];

export function transformPoint([a, b, tx, c, d, ty]: AffineMatrix, [x, y]: Point): Point {
  return [a * x + b * y + tx, c * x + d * y + ty];
}

/** The matrix that undoes `matrix`. @throws RangeError when it has no inverse, or holds what is no number. */
export function invertAffine([a, b, tx, c, d, ty]: AffineMatrix): AffineMatrix {
  const determinant = a * d - b * c;
  const inverse: AffineMatrix = [
    d / determinant,
    -b / determinant,
    (b * ty - d * tx) / determinant,
    -c / determinant,
    a / determinant,
    (c * tx - a * ty) / determinant,
  ];
  if (determinant === 0 || !inverse.every(Number.isFinite)) {
    throw new RangeError(
      `The matrix [${[a, b, tx, c, d, ty].join(', ')}] has no inverse: it maps the plane onto less.`,
    );
  }
  return inverse;
}

import { closedCurve, ellipse, openCurve, ribbon } from '../curves.js';
import { mixed } from '../identity.js';
import type { Point } from '../raster.js';
import type { Part } from './part.js';

/** Lips, and what is between them. */
export const mouth: Part = ({ canvas, head, person, situation }) => {
  const { smile, open } = situation.expression;
  const { upper, lower, bow, lips } = person.mouth;
  const width = person.mouth.width * (1 + 0.12 * smile - 0.08 * open);
  const gap = 7 * open + 0.8 * Math.max(0, smile) * (open > 0 ? 1 : 0);
  const middle = person.mouth.y + open;
  const corner = -2.2 * smile;
  /** u from corner to corner in -1..1, v down from the line between the lips. */
  const at = (u: number, v: number): Point => head.place(width * u, middle + corner * u * u + v, 1.5 * (1 - u * u));
  const over = (u: number) => -0.42 * gap * (1 - u * u);
  const below = (u: number) => 0.58 * gap * (1 - u * u);
  const row = (us: number[], v: (u: number) => number) =>
    openCurve(
      us.map((u) => at(u, v(u))),
      3,
    );
  const across = [-1, -0.6, -0.25, 0, 0.25, 0.6, 1];

  const upperEdge = row([-1, -0.6, -0.24, 0, 0.24, 0.6, 1], (u) => {
    const peak = upper * (1 - Math.abs(u) ** 1.7) + (Math.abs(u) < 0.1 ? -bow : 0);
    return over(u) - peak;
  });
  const upperLine = row(across, over);
  const lowerLine = row(across, below);
  const lowerEdge = row(across, (u) => below(u) + lower * (1 - Math.abs(u) ** 2.4));

  const chinShadow = closedCurve([at(-0.5, gap + lower), at(0, gap * 0.6 + lower + 4), at(0.5, gap + lower)]);
  canvas.shade(canvas.softMask(chinShadow, 4 * head.scale), 0.84);
  if (gap > 0.5) {
    const inside = canvas.mask([...upperLine, ...lowerLine.slice().reverse()]);
    canvas.fill(inside, [58, 18, 20]);
    const teeth = row(
      across.map((u) => u * 0.86),
      (u) => over(u) + Math.min(gap * 0.55, 3.4) * (1 - u * u),
    );
    const topRow = row(
      across.map((u) => u * 0.86),
      over,
    );
    canvas.fill(canvas.mask([...topRow, ...teeth.reverse()]), [226, 220, 208], 0.95);
  }
  const light = Math.min(1.1, head.lit(0, 0.1, 1));
  canvas.fill(
    canvas.softMask([...upperEdge, ...upperLine.slice().reverse()], 1),
    mixed([0, 0, 0], lips, 0.84 * light),
    0.95,
  );
  canvas.fill(canvas.softMask([...lowerLine, ...lowerEdge.slice().reverse()], 1), mixed([0, 0, 0], lips, light), 0.95);
  const shine = ellipse(0, 0, 1, 1, 8).map(([u, v]) => at(0.35 * u, below(0) + lower * 0.45 + 0.9 * v));
  canvas.shade(canvas.softMask(shine, 2), 1.14);
  const line = gap > 0.5 ? [] : [upperLine];
  for (const seam of line) {
    canvas.fill(
      canvas.mask(
        ribbon(
          seam,
          [0.7, 1.4, 1.1, 1.4, 0.7].map((b) => b * head.scale),
        ),
      ),
      mixed(lips, [50, 12, 14], 0.72),
      0.85,
    );
  }
  for (const u of [-1, 1]) canvas.shade(canvas.softMask(ellipse(...at(u * 1.04, 0), 1.6, 1.6, 8), 2), 0.78);
};

import { closedCurve, ellipse, openCurve, ribbon } from '../curves.js';
import { mixed } from '../identity.js';
import type { Point } from '../raster.js';
import { type Part, SIDES, type Sitting } from './part.js';

/** Bridge, tip, wings and nostrils; it stands out, so that it moves against the face when the head turns. */
export const nose: Part = (sitting) => {
  const { canvas, head, person } = sitting;
  const { width, length, tip, y } = person.nose;
  for (const side of SIDES) flank(sitting, side);

  const under = closedCurve([at(-width, 1, 3), at(0, 5.5, 4), at(width, 1, 3), at(0, 2.5, length)]);
  canvas.shade(canvas.softMask(under, 2 * head.scale), 0.7);
  const round = (radius: number, lift: number) =>
    ellipse(0, -1.5, radius, radius * 0.85, 10).map(([u, v]) => at(u, v, lift));
  canvas.shade(canvas.softMask(round(tip, length), 3 * head.scale), 1.1);
  const ridge = openCurve([
    at(0, -16, length * 0.35),
    at(0, -9, length * 0.6 + person.nose.hook),
    at(0, -3, length * 0.95),
  ]);
  canvas.shade(canvas.softMask(ribbon(ridge, [person.nose.bridge * head.scale]), 2 * head.scale), 1.09);

  const dark = mixed(person.skin, [40, 14, 12], 0.72);
  for (const side of SIDES) {
    const hole = ellipse(side * width * 0.48, 3.1, width * 0.27, 1.25, 10).map(([u, v]) => at(u, v, length * 0.5));
    canvas.fill(canvas.softMask(hole, 1), dark, 0.95);
    const wing = openCurve([
      at(side * width * 0.72, -4.5, 4),
      at(side * width * 1.04, -1, 3),
      at(side * width, 2.4, 3),
      at(side * width * 0.66, 3.9, 4),
    ]);
    canvas.fill(
      canvas.softMask(
        ribbon(
          wing,
          [0.3, 1.3, 1.6, 0.8].map((b) => b * head.scale),
        ),
        1,
      ),
      dark,
      0.5,
    );
  }

  function at(u: number, v: number, lift: number): Point {
    return head.place(u, y + v, lift);
  }
};

/** One side of the bridge: bright or dark by how it faces the light. */
function flank({ canvas, head, person }: Sitting, side: number): void {
  const { width, bridge, length, y, hook } = person.nose;
  const outline = closedCurve([
    head.place(side * 1.2, person.eyes.y + 1, 4),
    head.place(side * bridge * 0.6, y - 10, length * 0.55 + hook),
    head.place(side * bridge * 0.7, y - 2, length * 0.9),
    head.place(side * width * 0.95, y, 3),
    head.place(side * (bridge + 3.2), y - 9, 1),
    head.place(side * (bridge + 2.2), person.eyes.y + 1, 1),
  ]);
  const facing = head.lit(side * 0.8, -0.1, 0.6) / head.lit(0, 0, 1);
  canvas.shade(canvas.softMask(outline, 4 * head.scale), Math.max(0.72, Math.min(1.06, facing * 0.97)));
}

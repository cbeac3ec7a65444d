import { ellipse, openCurve, ribbon } from '../curves.js';
import { mixed } from '../identity.js';
import { intersection, type Point } from '../raster.js';
import { type Part, SIDES, type Sitting } from './part.js';

/** Eyes with lids, iris, pupil and glint; brows. */
export const eyes: Part = (sitting) => {
  for (const side of SIDES) {
    eye(sitting, side);
    brow(sitting, side);
  }
};

function eye({ canvas, head, person, situation }: Sitting, side: number): void {
  const { x, y, width, open, tilt, lid, iris, irisSize } = person.eyes;
  const { lids, gaze, smile } = situation.expression;
  const squint = 1 - 0.22 * Math.max(0, smile);
  const height = open * Math.max(0.08, lids) * squint;
  /** (u, v): u from the inner corner at -1 to the outer at 1, v in template pixels downwards. */
  const at = (u: number, v: number): Point => head.place(side * (x + width * u), y + v - tilt * width * u, 0.5);
  const us = [-1, -0.72, -0.4, 0, 0.4, 0.72, 1];
  const upper = openCurve(
    us.map((u) => at(u, -height * (1 - Math.abs(u) ** 2.3) - 0.4 * u)),
    3,
  );
  const lower = openCurve(
    us.map((u) => at(u, 0.62 * height * (1 - u * u) - 0.4 * u)),
    3,
  );
  const opening = canvas.mask([...upper, ...lower.slice(1, -1).reverse()]);

  const light = Math.min(1.05, head.lit(0, 0, 1));
  canvas.fill(opening, [226 * light, 220 * light, 214 * light]);
  const centre = at(side * gaze[0] * 0.28, -0.5 + gaze[1] * 0.8);
  const disc = (radius: number, [cx, cy] = centre) =>
    intersection(opening, canvas.mask(ellipse(cx, cy, radius * head.scale, radius * head.scale)));
  canvas.fill(disc(irisSize), mixed(iris, [0, 0, 0], 0.55));
  canvas.fill(disc(irisSize * 0.82), iris);
  canvas.fill(disc(irisSize * 0.45), [12, 10, 10]);
  const [lightX, lightY] = situation.light.direction;
  canvas.fill(
    disc(0.9, [centre[0] + lightX * 1.6 * head.scale, centre[1] + lightY * 1.8 * head.scale]),
    [255, 255, 255],
    0.9,
  );
  canvas.shade(
    intersection(
      opening,
      canvas.softMask(
        ribbon(
          upper,
          [2.5, 3.5, 2.5].map((b) => b * head.scale),
        ),
        2,
      ),
    ),
    0.62,
  );

  const lash = mixed(person.hair.colour, [18, 12, 10], 0.7);
  canvas.fill(
    canvas.mask(
      ribbon(
        upper,
        [0.7, 1.5, 1.9, 1].map((b) => b * head.scale),
      ),
    ),
    lash,
    0.92,
  );
  canvas.fill(
    canvas.mask(
      ribbon(
        lower,
        [0.4, 0.7, 0.7].map((b) => b * head.scale),
      ),
    ),
    mixed(person.skin, [70, 36, 30], 0.6),
    0.6,
  );
  if (lid < 0.25) return; // a lid without a crease
  const crease = openCurve(
    [-0.9, -0.4, 0.2, 0.8, 1.15].map((u) => at(u, -height - 1.1 - 1.9 * lid * (1 - u * u * 0.6))),
  );
  canvas.shade(
    canvas.softMask(
      ribbon(
        crease,
        [0.6, 1.5, 0.9].map((b) => b * head.scale),
      ),
      1,
    ),
    0.66,
  );
}

function brow({ canvas, head, person, situation }: Sitting, side: number): void {
  const { lift, length, thick, arch, slope, inner } = person.brows;
  const raised = situation.expression.brows * 2.2;
  const middle = inner + length * 0.95;
  const line = openCurve(
    [-1, -0.5, 0, 0.4, 1].map((u) => {
      const bend = arch * (1 - (u - 0.25) ** 2);
      return head.place(side * (middle + length * u), person.eyes.y - lift - raised - bend - slope * length * u + 2, 2);
    }),
    3,
  );
  const breadths = [thick * 0.8, thick, thick * 0.85, thick * 0.15].map((breadth) => breadth * head.scale);
  const colour = mixed(person.hair.colour, [30, 22, 18], 0.35);
  canvas.fill(canvas.softMask(ribbon(line, breadths), 1), colour, 0.95);
  canvas.fill(
    canvas.mask(
      ribbon(
        line,
        breadths.map((breadth) => breadth * 0.7),
      ),
    ),
    colour,
    0.6,
  );
}

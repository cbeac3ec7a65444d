import { closedCurve, ellipse, openCurve, ribbon } from '../curves.js';
import type { Colour, Point } from '../raster.js';
import { type Part, SIDES, type Sitting } from './part.js';

/** The face itself: the rim of the turned head, lit as a rounded body. */
export const skin: Part = (sitting) => {
  const { canvas, person } = sitting;
  canvas.paint(canvas.mask(faceRim(sitting)), litSkin(sitting, person.skin));
  for (const side of SIDES) hollows(sitting, side);
  ageing(sitting);
  spots(sitting);
};

function faceRim({ head, person }: Sitting): Point[] {
  const { crownY, chinY } = person.head;
  const heights = Array.from(
    { length: 17 },
    (_, i) => crownY + ((chinY - crownY) * (1 - Math.cos((Math.PI * i) / 16))) / 2,
  );
  const right = heights.map((y) => head.rim(1, y));
  const left = heights.slice(1, -1).map((y) => head.rim(-1, y));
  return closedCurve([...right, ...left.reverse()], 3);
}

/** Skin by Lambert's law on the rounded head: darker where it turns away, and redder, as skin is. */
function litSkin({ head }: Sitting, [red, green, blue]: Colour): (x: number, y: number) => Colour {
  const colour: [number, number, number] = [0, 0, 0];
  return (x, y) => {
    const [across, height] = head.locate(x, y);
    const normalX = Math.max(-0.97, Math.min(0.97, across)) * 0.95;
    const normalY = Math.max(-0.6, Math.min(0.6, (height + 8) / 75));
    const normalZ = Math.sqrt(Math.max(0.02, 1 - normalX * normalX - normalY * normalY));
    const light = head.lit(normalX, normalY, normalZ) * (0.8 + 0.2 * normalZ);
    const shown = Math.min(1.12, light);
    colour[0] = red * (1 + 0.85 * (shown - 1));
    colour[1] = green * shown;
    colour[2] = blue * (1 + 1.08 * (shown - 1));
    return colour;
  };
}

/** Eye sockets, cheeks and temples: what bone does to the light. */
function hollows({ canvas, head, person }: Sitting, side: number): void {
  const { eyes } = person;
  const around = (x: number, y: number, rx: number, ry: number) =>
    ellipse(side * x, y, rx, ry, 12).map(([px, py]) => head.place(px, py));
  canvas.shade(canvas.softMask(around(eyes.x - 1, eyes.y - 2, 10, 7), 6 * head.scale), 0.84);
  canvas.shade(canvas.softMask(around(22, 2, 8, 6), 8 * head.scale), 1.06);
  canvas.fill(canvas.softMask(around(23, 6, 8, 6), 8 * head.scale), [196, 84, 74], 0.1);
  canvas.shade(canvas.softMask(around(head.halfWidth(24) * 0.86, 24, 5, 12), 8 * head.scale), 0.9);
}

/** Folds from nose to mouth, bags under the eyes, lines on the forehead. */
function ageing({ canvas, head, person, situation }: Sitting): void {
  const depth = 0.06 + 0.3 * person.age ** 2 + 0.1 * Math.max(0, situation.expression.smile);
  const { width } = person.nose;
  for (const side of SIDES) {
    const fold = openCurve([
      head.place(side * (width + 1), 0),
      head.place(side * (width + 5), 8),
      head.place(side * (person.mouth.width + 3), person.mouth.y - 3),
    ]);
    canvas.shade(canvas.softMask(ribbon(fold, [0.6, 2.2, 0.6]), 2), 1 - depth);
    const bag = openCurve(
      [-5, 0, 6].map((x) => head.place(side * (person.eyes.x + x), person.eyes.y + 7.5 - Math.abs(x) / 4)),
    );
    canvas.shade(canvas.softMask(ribbon(bag, [0.5, 2, 0.5]), 2), 1 - 0.35 * person.age ** 1.5);
  }
  if (person.age < 0.55) return;
  for (const y of [-38, -43]) {
    const line = openCurve([-18, -8, 0, 8, 18].map((x) => head.place(x, y + Math.abs(x) / 12)));
    canvas.shade(canvas.softMask(ribbon(line, [0.3, 1.2, 0.3]), 2), 1 - 0.4 * (person.age - 0.5));
  }
}

/** Moles and freckles, always in the same places. */
function spots({ canvas, head, person, whim }: Sitting): void {
  for (const { x, y, size } of person.marks) {
    canvas.fill(
      canvas.mask(ellipse(...head.place(x, y), size * head.scale, size * head.scale, 10)),
      [72, 42, 32],
      0.75,
    );
  }
  for (let i = 0; i < person.freckles; i++) {
    const [x, y] = head.place(whim.normal() * 14, -5 + whim.normal() * 5);
    canvas.fill(canvas.mask(ellipse(x, y, 0.7, 0.7, 6)), [150, 86, 54], 0.35);
  }
}

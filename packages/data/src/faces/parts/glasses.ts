import { closedCurve, openCurve, ribbon } from '../curves.js';
import type { Point } from '../raster.js';
import { type Part, SIDES } from './part.js';

/** Frames, on those who wear them, in most of their pictures. */
export const glasses: Part = ({ canvas, head, person, situation }) => {
  const { worn, width, height, round, thick, colour } = person.glasses;
  if (situation.wearsGlasses >= worn) return;
  const { x, y } = person.eyes;
  const at = (u: number, v: number): Point => head.place(u, y + 1 + v, 6);
  const breadth = thick * head.scale;
  for (const side of SIDES) {
    // A superellipse: from nearly a rectangle to a circle.
    const power = 2 / (5 - 3 * round);
    const lens = closedCurve(
      Array.from({ length: 20 }, (_, i) => {
        const [cos, sin] = [Math.cos((Math.PI * i) / 10), Math.sin((Math.PI * i) / 10)];
        const u = Math.sign(cos) * Math.abs(cos) ** power * width;
        const v = Math.sign(sin) * Math.abs(sin) ** power * height;
        return at(side * x + u, v);
      }),
      2,
    );
    canvas.fill(canvas.mask(lens), [225, 235, 245], 0.09);
    canvas.fill(canvas.mask(ribbon([...lens, lens[0] as Point], [breadth])), colour, 0.95);
    const hinge = head.place(side * (x + width), y - 2, 6);
    const temple = head.placeInSpace(side * head.halfWidth(-20) * 1.01, y - 3, 0);
    canvas.fill(canvas.mask(ribbon([hinge, temple], [breadth])), colour, 0.9);
  }
  const bridge = openCurve([at(width - x, -1), at(0, -2.5), at(x - width, -1)]);
  canvas.fill(canvas.mask(ribbon(bridge, [breadth])), colour, 0.95);
};

import { closedCurve, ellipse } from '../curves.js';
import { mixed } from '../identity.js';
import { type Part, SIDES, type Sitting } from './part.js';

/** Both ears, behind the face. */
export const ears: Part = (sitting) => {
  for (const side of SIDES) ear(sitting, side);
};

/** The ear that the head turns towards the camera, over the hair beside it. */
export const nearEar: Part = (sitting) => {
  const { person, situation } = sitting;
  if (person.hair.sideEnd > 0 || Math.abs(situation.pose.yaw) < 0.12) return;
  ear(sitting, situation.pose.yaw > 0 ? -1 : 1);
};

function ear({ canvas, head, person }: Sitting, side: number): void {
  const { size, out } = person.ears;
  const rim = head.halfWidth(-12) - 2;
  const shell = (scale: number) =>
    closedCurve(
      ellipse(0, 0, 1, 1, 10).map(([u, v]) =>
        head.placeInSpace(side * (rim + out * 0.5 + out * scale * 0.9 * u), -11 + size * scale * v, -6 - 6 * scale * u),
      ),
      3,
    );
  const light = head.lit(side * 0.8, 0, 0.6);
  const lit = mixed([0, 0, 0], person.skin, Math.min(1.05, 0.9 * light));
  canvas.fill(canvas.mask(shell(1)), lit);
  canvas.shade(canvas.softMask(shell(0.55), 2), 0.72);
}

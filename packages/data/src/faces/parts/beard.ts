import { closedCurve } from '../curves.js';
import { mixed } from '../identity.js';
import type { Part } from './part.js';

/** Beard, moustache and goatee: hair through which the skin is seen. */
export const beard: Part = ({ canvas, head, person, situation }) => {
  const { full, moustache, goatee } = person.beard;
  const colour = mixed(person.hair.colour, [40, 30, 26], 0.2);
  const { chinY } = person.head;
  const mouthY = person.mouth.y;
  const wide = person.mouth.width;
  const at = head.place;
  if (full > 0) {
    const rim = (side: number) => [4, 16, 26, 34, chinY - 4].map((y) => at(side * head.halfWidth(y) * 0.98, y));
    const cheek = (side: number) => [at(side * (wide + 9), 10), at(side * (wide + 4), mouthY - 2)];
    const outline = [
      ...rim(-1),
      at(0, chinY),
      ...rim(1).reverse(),
      ...cheek(1),
      at(wide * 0.7, mouthY + 6),
      at(0, mouthY + 8),
      at(-wide * 0.7, mouthY + 6),
      ...cheek(-1).reverse(),
    ];
    canvas.fill(canvas.softMask(closedCurve(outline, 3), 3 * head.scale), colour, full * 0.85);
  }
  const lip = mouthY - person.mouth.upper - 0.5 - 2.5 * situation.expression.open;
  if (moustache > 0) {
    const shape = [at(-wide - 1, lip + 4), at(-wide * 0.5, lip - 2.4), at(0, lip - 3), at(wide * 0.5, lip - 2.4)];
    const under = [at(wide + 1, lip + 4), at(wide * 0.5, lip + 1.6), at(0, lip + 1), at(-wide * 0.5, lip + 1.6)];
    canvas.fill(canvas.softMask(closedCurve([...shape, ...under], 3), 1.5 * head.scale), colour, moustache);
  }
  if (goatee > 0) {
    const shape = [at(-7, mouthY + 8), at(7, mouthY + 8), at(8, chinY - 4), at(0, chinY), at(-8, chinY - 4)];
    canvas.fill(canvas.softMask(closedCurve(shape, 3), 2 * head.scale), colour, goatee);
  }
};

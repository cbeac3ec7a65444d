import { closedCurve } from '../curves.js';
import { mixed } from '../identity.js';
import type { Point } from '../raster.js';
import type { Part } from './part.js';

/** What is behind the person: a gradient, and something out of focus. */
export const backdrop: Part = ({ canvas, situation }) => {
  const { from, to, angle } = situation.background;
  const { size } = canvas;
  const everything: Point[] = [
    [0, 0],
    [size, 0],
    [size, size],
    [0, size],
  ];
  const [alongX, alongY] = [Math.cos(angle) / size, Math.sin(angle) / size];
  const post = size * (0.2 + 0.6 * ((angle * 7) % 1));
  const colour: [number, number, number] = [0, 0, 0];
  canvas.paint(canvas.mask(everything), (x, y) => {
    const off = (x - post) / (size * 0.16);
    const blurredPost = 0.35 * Math.max(0, 1 - off * off);
    const share = 0.5 + (x - size / 2) * alongX + (y - size / 2) * alongY;
    const mix = Math.min(1, Math.max(0, share + blurredPost));
    colour[0] = from[0] + (to[0] - from[0]) * mix;
    colour[1] = from[1] + (to[1] - from[1]) * mix;
    colour[2] = from[2] + (to[2] - from[2]) * mix;
    return colour;
  });
};

/** Neck, shoulders and clothes. */
export const shoulders: Part = ({ canvas, head, person, situation }) => {
  const jaw = head.halfWidth(24);
  const low = person.head.chinY;
  const at = (x: number, y: number) => head.placeInSpace(x, y, -12);
  const trunk = [at(-95, 110), at(-88, low + 34), at(-jaw, low + 20), at(jaw, low + 20), at(88, low + 34), at(95, 110)];
  canvas.fill(canvas.mask(closedCurve(trunk)), situation.background.clothes, 1);
  const neck = [
    at(-jaw * 0.85, 0),
    at(-jaw * 0.8, low + 26),
    at(0, low + 36),
    at(jaw * 0.8, low + 26),
    at(jaw * 0.85, 0),
  ];
  canvas.fill(canvas.mask(neck), mixed(person.skin, [60, 30, 24], 0.38), 1);
};

import type { Image } from '../align/image.js';
import type { Detection } from '../detect/index.js';

/** A face to draw, and how. */
export interface Drawn extends Detection {
  /** One of several: drawn boldly, the others thinly. */
  readonly chosen?: boolean;
}

const CHOSEN = '#00c878';
const OTHER = '#ffb000';

/**
 * Boxes and points over a photo, as SVG of `width` x `height`.
 *
 * @param photo whose pixels the faces are in
 */
export function facesAsSvg(
  photo: Pick<Image, 'width' | 'height'>,
  faces: readonly Drawn[],
  width: number,
  height: number,
): string {
  const scale = width / photo.width;
  const marks = faces.map(({ box, points, chosen }) => {
    const colour = chosen ? CHOSEN : OTHER;
    const stroke = chosen ? 3 : 1.5;
    const [x, y, w, h] = [box.x, box.y, box.width, box.height].map((value) => (value * scale).toFixed(1));
    const dots = points.map(
      ([px, py]) =>
        `<circle cx="${((px + 0.5) * scale).toFixed(1)}" cy="${((py + 0.5) * scale).toFixed(1)}" r="${stroke + 0.5}" fill="${colour}" stroke="#000" stroke-width="0.7"/>`,
    );
    return `<rect x="${x}" y="${y}" width="${w}" height="${h}" fill="none" stroke="${colour}" stroke-width="${stroke}"/>${dots.join('')}`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${marks.join('')}</svg>`;
}

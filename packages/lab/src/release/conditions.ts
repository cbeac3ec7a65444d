import { blur, colour, downscale, occlusion, type Picture, similarity, turnPicture } from '@pocketnet/data';
import { Random } from '@pocketnet/files';

/** A condition that makes faces hard to recognise: a strength fixed for good, so that networks can be compared by it. */
export interface Condition {
  readonly name: string;
  /** Makes a crop such a picture. `pair` is the pair's number, for what goes to either side by turns. */
  apply(picture: Picture, pair: number): Picture;
}

const small = (side: number): Condition => ({
  name: `${side} x ${side} pixels, enlarged`,
  apply: (picture) => downscale.apply(picture, { width: side, height: side }),
});

const blurred = (sigma: number): Condition => ({
  name: `blurred, sigma ${sigma} of 112 pixels`,
  apply: (picture) => blur.apply(picture, { sigma: (sigma * picture.width) / 112 }),
});

/** A grey rectangle, given by its sides as shares of the picture's. */
const covered = (name: string, sides: { left: number; top: number; right: number; bottom: number }): Condition => ({
  name,
  apply(picture) {
    const [left, top] = [Math.round(sides.left * picture.width), Math.round(sides.top * picture.height)];
    const wide = Math.round(sides.right * picture.width) - left;
    const high = Math.round(sides.bottom * picture.height) - top;
    return occlusion.apply(picture, {
      left,
      top,
      wide,
      high,
      colour: [96, 96, 96],
      grain: new Float32Array(wide * high),
    });
  },
});

/** Of light by a factor, with the noise that a sensor adds: a normal deviation of 4 grey levels. */
const dark = (bright: number): Condition => ({
  name: `${Math.round(100 * bright)} % of the light, with noise`,
  apply(picture, pair) {
    const { width, height, data } = colour.apply(picture, { bright, contrast: 1, saturation: 1 });
    const random = new Random(0, pair);
    return {
      width,
      height,
      data: data.map((level) => Math.min(255, Math.max(0, Math.round(level + 4 * random.normal())))),
    };
  },
});

const rolled = (degrees: number): Condition => ({
  name: `rolled by ${degrees} degrees to either side`,
  apply(picture, pair) {
    const angle = ((pair % 2 ? -degrees : degrees) * Math.PI) / 180;
    return similarity.apply(picture, { cos: Math.cos(angle), sin: Math.sin(angle), right: 0, down: 0 });
  },
});

const turned = (yaw: number): Condition => ({
  name: `turned by ${yaw} degrees to either side`,
  apply: (picture, pair) => turnPicture(picture, { yaw: pair % 2 ? -yaw : yaw, pitch: 0, border: 0 }),
});

/** The conditions of a model card, the plain one first. */
export const conditions: readonly Condition[] = [
  { name: 'as they are', apply: (picture) => picture },
  ...[64, 48, 32, 24, 16].map(small),
  ...[2, 4].map(blurred),
  covered('eyes covered', { left: 0.15, top: 0.34, right: 0.85, bottom: 0.56 }),
  covered('mouth and nose covered', { left: 0.15, top: 0.6, right: 0.85, bottom: 1 }),
  ...[0.3, 0.1].map(dark),
  ...[15, 30].map(rolled),
  ...[30, 45, 60, 75].map(turned),
];

import type { Image } from '../align/image.js';
import type { Detection, DetectOptions, Detector } from './detector.js';
import { problemOfPoints } from './points.js';
import { byProminence } from './prominence.js';

/** A detector of the user's own: the faces of a photo, in its pixels. */
export type DetectFunction = (
  photo: Image,
  options: DetectOptions,
) => readonly Detection[] | Promise<readonly Detection[]>;

/** A function as a detector. What it returns is checked: an Error names the face whose points are in another order. */
export function detectorOf(detect: DetectFunction): Detector {
  return {
    name: detect.name || 'a function',
    async detect(photo, options = {}) {
      const faces = [...(await detect(photo, options))];
      for (const [i, { points, box, score }] of faces.entries()) {
        const { x, y, width, height } = box;
        const problem =
          problemOfPoints(points) ??
          (![x, y, width, height, score].every(Number.isFinite) || !(width > 0 && height > 0)
            ? `Its box or its score (${[x, y, width, height, score].join(', ')}) makes no sense.`
            : undefined);
        if (problem !== undefined) throw new Error(`The detector's face ${i}: ${problem}`);
      }
      return byProminence(faces, photo);
    },
    close() {},
  };
}

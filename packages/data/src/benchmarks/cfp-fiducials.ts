import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DataError } from '../data-error.js';
import { pictureStem } from '../picture/formats/index.js';
import type { LandmarkPoint, Landmarks } from './benchmark.js';
import { meanPoint, readPoints } from './landmark-files.js';

// CFP's 30 fiducials of half a face, by their numbers from 0.
const EYE = [12, 13, 14, 15, 16, 17];
const RIDGE = 18; // of the nose, its upper end, between the eyes
const NOSE = 21;
const MOUTH = 25; // the corner
const LIPS = [27, 29]; // where they meet the midline
const MIDLINE = [18, 19, 22, 26, 27, 28, 29];
const POINTS = 30;

/**
 * Five points from the 30 that CFP ships beside a photo, `Data/Fiducial/001/frontal/01.txt`, which are of one half of the face:
 *
 * - frontal photos have the half on the left of the image; the other half's eye and corner of the mouth are its mirror images on the
 *   midline, the line nearest to seven of the points (total least squares);
 * - profile photos have the half that is seen; the ridge of the nose stands for the hidden eye, the middle of the lips for the hidden
 *   corner of the mouth.
 *
 * @returns undefined where there is no such file
 * @throws DataError for a file of another number of points
 */
export function cfpFiducials(folder: string, image: string): Landmarks | undefined {
  const file = join(folder, `${pictureStem(image).replace('Data/Images/', 'Data/Fiducial/')}.txt`);
  if (!file.includes('Fiducial') || !existsSync(file)) return undefined;
  const points = readPoints(file);
  const at = (number: number): LandmarkPoint => {
    const point = points[number];
    if (point && points.length === POINTS) return point;
    const reason = `holds ${points.length} points instead of ${POINTS}`;
    throw new DataError({ file, reason, remedy: 'Get the file again' });
  };
  const [eye, nose, mouth] = [meanPoint(EYE.map(at)), at(NOSE), at(MOUTH)];
  if (/(^|\/)frontal\//.test(image)) {
    const mirror = mirrorOn(MIDLINE.map(at));
    return [eye, mirror(eye), nose, mouth, mirror(mouth)];
  }
  const [hiddenEye, hiddenMouth] = [at(RIDGE), meanPoint(LIPS.map(at))];
  return eye[0] < hiddenEye[0]
    ? [eye, hiddenEye, nose, mouth, hiddenMouth]
    : [hiddenEye, eye, nose, hiddenMouth, mouth];
}

/** Reflection on the line that is nearest to the points: through their mean, along their principal axis. */
function mirrorOn(points: readonly LandmarkPoint[]): (point: LandmarkPoint) => LandmarkPoint {
  const [cx, cy] = meanPoint(points);
  let [xx, xy, yy] = [0, 0, 0];
  for (const [x, y] of points) {
    xx += (x - cx) ** 2;
    xy += (x - cx) * (y - cy);
    yy += (y - cy) ** 2;
  }
  const angle = 0.5 * Math.atan2(2 * xy, xx - yy);
  const [cos, sin] = [Math.cos(2 * angle), Math.sin(2 * angle)];
  return ([x, y]) => [cx + cos * (x - cx) + sin * (y - cy), cy + sin * (x - cx) - cos * (y - cy)];
}

import { DataError } from '../data-error.js';
import { forEachLine, wholeNumber } from './text-lines.js';

/** `ijb?_face_tid_mid.txt`: every face crop with its template and its media (a photo, or the frames of one video). */
export interface IjbFaces {
  /** Image names, such as `1.jpg`, in `loose_crop/`. */
  readonly names: readonly string[];
  readonly template: Int32Array;
  readonly media: Int32Array;
}

/** @throws DataError that names the line when it is not `image template media` */
export function readIjbFaces(path: string): IjbFaces {
  const names: string[] = [];
  const template: number[] = [];
  const media: number[] = [];
  forEachLine(path, (line, number) => {
    const [name, ...ids] = line.split(/\s+/);
    const [templateId, mediaId] = ids.map(wholeNumber);
    if (name === undefined || templateId === undefined || mediaId === undefined || ids.length !== 2)
      throw new DataError({
        file: path,
        record: `line ${number}`,
        reason: `${JSON.stringify(line.slice(0, 80))} is no face`,
        remedy: 'Write "image template media", as in "1.jpg 1 70001"',
      });
    names.push(name);
    template.push(templateId);
    media.push(mediaId);
  });
  if (names.length === 0) throw new DataError({ file: path, reason: 'lists no faces', remedy: 'Copy it again' });
  return { names, template: Int32Array.from(template), media: Int32Array.from(media) };
}

/** `ijb?_name_5pts_score.txt`: where eyes, nose and corners of the mouth lie in each crop, and how sure the detector was. */
export interface IjbLandmarks {
  readonly names: readonly string[];
  /** n x 10: x1 y1 … x5 y5 in pixels of the crop; image-left eye, right eye, nose, left and right corner of the mouth. */
  readonly points: Float32Array;
  /** n confidences of the face detector. */
  readonly score: Float32Array;
}

const NUMBERS = 11;

/** @throws DataError that names the line when it is not a name and eleven numbers */
export function readIjbLandmarks(path: string): IjbLandmarks {
  const names: string[] = [];
  const points: number[] = [];
  const score: number[] = [];
  forEachLine(path, (line, number) => {
    const [name, ...fields] = line.split(/\s+/);
    const values = fields.map(Number);
    if (name === undefined || fields.length !== NUMBERS || values.some((value) => Number.isNaN(value)))
      throw new DataError({
        file: path,
        record: `line ${number}`,
        reason: `${JSON.stringify(line.slice(0, 80))} is no name with five points and a score`,
        remedy: 'Write "image x1 y1 x2 y2 x3 y3 x4 y4 x5 y5 score"',
      });
    names.push(name);
    for (const value of values.slice(0, NUMBERS - 1)) points.push(value);
    score.push(values[NUMBERS - 1] as number); // there, as NUMBERS were counted
  });
  return { names, points: Float32Array.from(points), score: Float32Array.from(score) };
}

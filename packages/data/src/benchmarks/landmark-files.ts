import { existsSync } from 'node:fs';
import { basename, join, posix } from 'node:path';
import { DataError, namingFile } from '../data-error.js';
import { readWhole } from '../formats/random-access-file.js';
import type { LandmarkPoint, Landmarks } from './benchmark.js';

const LARGEST = 64 * 1024;
/** What a string can hold: some three million photos. */
const LARGEST_JSON = 500 * 2 ** 20;

/**
 * CALFW's and CPLFW's `<stem>_5loc_attri.txt`: five lines `x y`, in the order of {@link Landmarks}.
 *
 * @param places folders, from `folder`, where the file may lie
 */
export function fiveLines(folder: string, places: readonly string[], image: string): Landmarks | undefined {
  const name = `${stemOf(image)}_5loc_attri.txt`;
  const file = places.map((place) => join(folder, place, name)).find((path) => existsSync(path));
  return file === undefined ? undefined : fiveOf(readPoints(file).slice(0, 5), file);
}

/**
 * AgeDB's `<stem>.pts` beside the image: the 68 points of iBUG 300-W, of which eyes are the mean of their six points. Lines
 * without two numbers are skipped.
 */
export function pts68(folder: string, image: string): Landmarks | undefined {
  const file = join(folder, posix.dirname(image), `${stemOf(image)}.pts`);
  if (!existsSync(file)) return undefined;
  const points = readPoints(file);
  if (points.length !== 68) {
    throw new DataError({ file, reason: `holds ${points.length} points instead of 68`, remedy: 'Get the file again' });
  }
  const [nose, left, right] = [points[30], points[48], points[54]];
  return fiveOf([meanPoint(points.slice(36, 42)), meanPoint(points.slice(42, 48)), nose, left, right], file);
}

/** Lines of two numbers, parted by blanks or a comma; others are skipped. */
export function readPoints(file: string): LandmarkPoint[] {
  const lines = Buffer.from(readWhole(file, LARGEST)).toString('latin1').split(/\r?\n/);
  return lines.flatMap((line): LandmarkPoint[] => {
    const fields = line.split(/[\s,;]+/).filter((field) => field !== '');
    const [x, y] = fields.map(Number);
    const isPoint = fields.length === 2 && Number.isFinite(x) && Number.isFinite(y);
    return isPoint && x !== undefined && y !== undefined ? [[x, y]] : [];
  });
}

const stemOf = (image: string): string => basename(image).replace(/\.[^.]*$/, '');

export function meanPoint(points: readonly LandmarkPoint[]): LandmarkPoint {
  const sum = (axis: 0 | 1): number => points.reduce((total, point) => total + point[axis], 0);
  return [sum(0) / points.length, sum(1) / points.length];
}

function fiveOf(points: readonly (LandmarkPoint | undefined)[], file: string): Landmarks {
  const [leftEye, rightEye, nose, leftMouth, rightMouth] = points;
  if (leftEye && rightEye && nose && leftMouth && rightMouth) return [leftEye, rightEye, nose, leftMouth, rightMouth];
  throw new DataError({ file, reason: 'does not hold five lines of "x y"', remedy: 'Get the file again' });
}

/** Five landmarks of each photo of a folder, as detectors leave them. */
export interface LandmarkFile {
  readonly path: string;
  /** Photos by their paths from the folder. */
  readonly photos: ReadonlyMap<string, PhotoLandmarks>;
}

export interface PhotoLandmarks {
  readonly landmarks: Landmarks;
  /** Size of the photo in pixels that they were found in, where the file states it. */
  readonly width?: number;
  readonly height?: number;
}

/**
 * Reads a `landmarks.json`: an object that has, for a photo's path, `{"landmarks": [[x, y] x 5]}` and, if known, the `width` and
 * `height` of the photo. Paths may be written as CFP's lists write them, `../Data/Images/…`, from a folder beside the photos'. Other fields, such as `score` and `box`, are passed over.
 *
 * @throws DataError that names the photo whose entry is wrong
 */
export function readLandmarkFile(path: string): LandmarkFile {
  const remedy = 'It should be {"person/photo.jpg": {"landmarks": [[x, y], … five points]}, …}';
  const text = Buffer.from(readWhole(path, LARGEST_JSON)).toString('utf8');
  const content = namingFile(path, (): unknown => {
    try {
      return JSON.parse(text);
    } catch (cause) {
      throw new DataError({ file: path, reason: `is not JSON (${(cause as Error).message})`, remedy }, { cause });
    }
  });
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    throw new DataError({ file: path, reason: 'is no object of photos', remedy });
  }
  const photos = new Map<string, PhotoLandmarks>();
  for (const [photo, entry] of Object.entries(content)) {
    const { landmarks, width, height } = (entry ?? {}) as Partial<Record<string, unknown>>;
    const points = Array.isArray(landmarks) && landmarks.length === 5 ? landmarks.map(pointOf) : [];
    if (points.length !== 5 || points.includes(undefined)) {
      throw new DataError({ file: path, record: photo, reason: 'has no five landmarks of [x, y]', remedy });
    }
    const size = typeof width === 'number' && typeof height === 'number' ? { width, height } : {};
    photos.set(posix.normalize(photo.replaceAll('\\', '/')).replace(/^(\.\.\/)+/, ''), {
      landmarks: fiveOf(points, path),
      ...size,
    });
  }
  return { path, photos };
}

function pointOf(value: unknown): LandmarkPoint | undefined {
  if (!Array.isArray(value) || value.length !== 2) return undefined;
  const [x, y] = value as unknown[];
  const isPoint = typeof x === 'number' && typeof y === 'number' && Number.isFinite(x) && Number.isFinite(y);
  return isPoint ? [x, y] : undefined;
}

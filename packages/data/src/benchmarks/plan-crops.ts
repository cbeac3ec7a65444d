import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DataError } from '../data-error.js';
import { readWhole } from '../formats/random-access-file.js';
import { pictureSize } from '../picture/decode.js';
import type { Benchmark } from './benchmark.js';
import { type LandmarkFile, type PhotoLandmarks, readLandmarkFile } from './landmark-files.js';

export interface CropOptions {
  /** A `landmarks.json` of five points a photo; by default that in the folder, then the landmarks that the set itself ships. */
  landmarks?: string;
  /** Side of the crops in pixels; 112. A picture of just that size is taken as it is. */
  size?: number;
}

/** How the photos of a benchmark become crops. */
export interface CropPlan {
  /** Photos that are to be aligned, and by what. */
  readonly points: ReadonlyMap<string, PhotoLandmarks>;
  /** How many are crops already. */
  readonly taken: number;
  /** Photos that are left out: they are no crops and have no landmarks, or are no pictures. */
  readonly without: readonly string[];
  /** What is left out and why, a sentence each. */
  readonly problems: readonly string[];
}

/** How many photos a sentence names. */
const MOST_NAMED = 5;

/**
 * Finds the landmarks of the photos that are no crops yet. A photo without any is left out, and so are its pairs.
 * @throws DataError where all are left out, or a file of landmarks is damaged
 */
export async function planCrops(benchmark: Benchmark, { landmarks, size = 112 }: CropOptions = {}): Promise<CropPlan> {
  const { folder, images } = benchmark;
  const file = landmarkFile(folder, landmarks);
  const points = new Map<string, PhotoLandmarks>();
  const without: string[] = [];
  const unread = new Map<string, DataError>();
  let taken = 0;
  for (const image of images) {
    const path = join(folder, image);
    try {
      const { width, height } = await pictureSize(readWhole(path), { file: path, remedy: 'Get the photo again' });
      if (width === size && height === size) {
        taken++;
        continue;
      }
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      unread.set(image, error);
      continue;
    }
    const found = (file && landmarksIn(file, image)) ?? shipped(benchmark, image);
    if (found) points.set(image, found);
    else without.push(image);
  }
  const [first] = unread.values();
  if (points.size + taken > 0) {
    const remedy = `${ASK}, or put crops in their places`;
    const problems = [
      ...(without.length > 0 ? [`${lacking(benchmark, without, size)}; they are left out. ${remedy}.`] : []),
      ...(first ? [`${unread.size} photos are damaged and left out, such as ${first.message}`] : []),
    ];
    return { points, taken, without: [...without, ...unread.keys()], problems };
  }
  if (first && without.length === 0) throw first;
  const remedy = `${ASK}, or put aligned crops in their places`;
  throw new DataError({ file: folder, reason: lacking(benchmark, without, size), remedy });
}

const ASK = 'Give five points of each photo with --landmarks FILE.json';

function lacking({ images }: Benchmark, without: readonly string[], size: number): string {
  const rest = without.length > MOST_NAMED ? ` and ${without.length - MOST_NAMED} more` : '';
  const named = without.slice(0, MOST_NAMED).join(', ');
  return `${without.length} of ${images.length} photos are no crops of ${size}x${size} and have no landmarks: ${named}${rest}`;
}

function shipped(benchmark: Benchmark, image: string): PhotoLandmarks | undefined {
  const landmarks = benchmark.landmarks(image);
  return landmarks && { landmarks };
}

function landmarkFile(folder: string, given: string | undefined): LandmarkFile | undefined {
  const usual = join(folder, 'landmarks.json');
  if (given !== undefined) return readLandmarkFile(given);
  return existsSync(usual) ? readLandmarkFile(usual) : undefined;
}

/** A photo may be named from the benchmark's folder or from one that lies on the way to it. */
function landmarksIn({ photos }: LandmarkFile, image: string): PhotoLandmarks | undefined {
  for (let path = image; ; path = path.slice(path.indexOf('/') + 1)) {
    const found = photos.get(path);
    if (found || !path.includes('/')) return found;
  }
}

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Benchmark,
  DataError,
  encodePng,
  type LandmarkFile,
  openBenchmark,
  type PairSet,
  type PhotoLandmarks,
  readImageHeader,
  readLandmarkFile,
} from '@pocketnet/data';
import { alignedCrop } from './crop.js';

/** A benchmark's pairs as aligned crops: what `readPairs` gives of a `.bin`, and what is known besides. */
export interface BenchmarkPairs extends PairSet {
  /** `lfw`, `cfp_fp`, … */
  readonly name: string;
  readonly title: string;
  /** Contiguous folds of equal length: the official ones. */
  readonly folds: number;
  /** What is odd about the list, a sentence each. */
  readonly findings: readonly string[];
  /** Distinct photos that were aligned here. */
  readonly aligned: number;
  /** Distinct photos that are crops of the right size already. */
  readonly taken: number;
}

export interface OpenBenchmarkOptions {
  /** A `landmarks.json` of five points a photo; by default that in the folder, then the landmarks that the set itself ships. */
  landmarks?: string;
  /** Side of the crops in pixels; 112. A picture of just that size is taken as it is. */
  size?: number;
  /** Called after each distinct photo. */
  onProgress?: (done: number, total: number) => void;
}

/**
 * Reads a benchmark from its original folder and pair list into aligned crops. Photos are aligned by their five landmarks and kept
 * as PNG, without loss; a photo of many pairs is aligned once and is one array. Crops of `size` x `size` go in as they are.
 *
 * @param location a folder, or `NAME:FOLDER`: see {@link openBenchmark}
 * @throws DataError that names the file and what is wrong: also for photos which are no crops and have no landmarks
 */
export async function openBenchmarkPairs(
  location: string,
  options: OpenBenchmarkOptions = {},
): Promise<BenchmarkPairs> {
  const { size = 112, onProgress } = options;
  const benchmark = openBenchmark(location);
  const { name, title, folds, findings, folder, images, pairs } = benchmark;
  const landmarks = planAlignment(benchmark, landmarkFile(folder, options.landmarks), size);
  const crops = new Map<string, Uint8Array>();
  for (const image of images) {
    const file = join(folder, image);
    const bytes = readFileSync(file);
    const points = landmarks.get(image);
    crops.set(image, points ? await encodePng(await alignedCrop(bytes, file, points, size)) : bytes);
    onProgress?.(crops.size, images.length);
  }
  const cropOf = (image: string): Uint8Array => crops.get(image) ?? new Uint8Array(); // `images` are those of the pairs
  return {
    name,
    title,
    folds,
    findings,
    images: pairs.flatMap(({ a, b }) => [cropOf(a), cropOf(b)]),
    same: pairs.map(({ same }) => same),
    aligned: landmarks.size,
    taken: images.length - landmarks.size,
  };
}

function landmarkFile(folder: string, given: string | undefined): LandmarkFile | undefined {
  const usual = join(folder, 'landmarks.json');
  if (given !== undefined) return readLandmarkFile(given);
  return existsSync(usual) ? readLandmarkFile(usual) : undefined;
}

/** How many photos without landmarks an error names. */
const MOST_NAMED = 5;

/** The landmarks of the images that are no crops yet. @throws DataError when some have none */
function planAlignment(
  benchmark: Benchmark,
  file: LandmarkFile | undefined,
  size: number,
): Map<string, PhotoLandmarks> {
  const plan = new Map<string, PhotoLandmarks>();
  const without: string[] = [];
  for (const image of benchmark.images) {
    if (isCrop(join(benchmark.folder, image), size)) continue;
    const shipped = (): PhotoLandmarks | undefined => {
      const landmarks = benchmark.landmarks(image);
      return landmarks && { landmarks };
    };
    const points = (file && landmarksIn(file, image)) ?? shipped();
    if (points) plan.set(image, points);
    else without.push(image);
  }
  if (without.length === 0) return plan;
  const rest = without.length > MOST_NAMED ? ` and ${without.length - MOST_NAMED} more` : '';
  throw new DataError({
    file: benchmark.folder,
    reason: `${without.length} of ${benchmark.images.length} photos are no crops of ${size}x${size} and have no landmarks: ${without.slice(0, MOST_NAMED).join(', ')}${rest}`,
    remedy: 'Give a landmarks.json of five points for each photo, or aligned crops in their places',
  });
}

/** A photo may be named from the benchmark's folder or from one that lies on the way to it. */
function landmarksIn({ photos }: LandmarkFile, image: string): PhotoLandmarks | undefined {
  for (let path = image; ; path = path.slice(path.indexOf('/') + 1)) {
    const found = photos.get(path);
    if (found || !path.includes('/')) return found;
  }
}

function isCrop(file: string, size: number): boolean {
  try {
    const { width, height, complete } = readImageHeader(readFileSync(file));
    if (!complete) throw new RangeError('the image is cut off: its end is missing');
    return width === size && height === size;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new DataError({ file, reason: error.message, remedy: 'Get the photo again' }, { cause: error });
  }
}

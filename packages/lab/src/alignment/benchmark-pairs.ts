import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type CropOptions,
  DataError,
  encodePng,
  openBenchmark,
  type PairSet,
  type PhotoLandmarks,
  planCrops,
} from '@pocketnet/data';
import { alignedCrop } from './crop.js';

/** A benchmark's pairs as aligned crops: what `readPairs` gives of a `.bin`, and what is known besides. */
export interface BenchmarkPairs extends PairSet {
  /** `lfw`, `cfp_fp`, … */
  readonly name: string;
  readonly title: string;
  /** Contiguous folds of equal length: the official ones. */
  readonly folds: number;
  /** What is odd about the list, and what was left out, a sentence each. */
  readonly findings: readonly string[];
  /** Distinct photos that were aligned here. */
  readonly aligned: number;
  /** Distinct photos that are crops of the right size already. */
  readonly taken: number;
  /** Photos that have no landmarks or are damaged, and the pairs that this costs. */
  readonly leftOut: { readonly photos: number; readonly pairs: number };
}

export interface OpenBenchmarkOptions extends CropOptions {
  /** Called after each distinct photo. */
  onProgress?: (done: number, total: number) => void;
}

/**
 * Reads a benchmark from its original folder and pair list into aligned crops. Photos are aligned by their five landmarks and kept
 * as PNG, without loss; a photo of many pairs is aligned once and is one array. Crops of `size` x `size` go in as they are. Photos
 * without landmarks and damaged ones are left out with their pairs, and counted; folds keep their number, not quite their borders.
 *
 * @param location a folder, or `NAME:FOLDER`: see {@link openBenchmark}
 * @throws DataError that names the file and what is wrong: also where no photo can be used
 */
export async function openBenchmarkPairs(
  location: string,
  options: OpenBenchmarkOptions = {},
): Promise<BenchmarkPairs> {
  const { size = 112, onProgress } = options;
  const benchmark = openBenchmark(location);
  const { name, title, folds, folder, images } = benchmark;
  const plan = await planCrops(benchmark, options);
  const without = new Set(plan.without);
  const crops = new Map<string, Uint8Array>();
  const damaged: string[] = [];
  for (const [i, image] of images.entries()) {
    if (!without.has(image)) {
      try {
        crops.set(image, await cropOf(join(folder, image), plan.points.get(image), size));
      } catch (error) {
        if (!(error instanceof DataError)) throw error;
        damaged.push(error.message);
      }
    }
    onProgress?.(i + 1, images.length);
  }
  if (crops.size === 0) throw new DataError({ file: folder, reason: `none of its photos can be used: ${damaged[0]}` });
  const pairs = benchmark.pairs.filter(({ a, b }) => crops.has(a) && crops.has(b));
  const leftOut = { photos: images.length - crops.size, pairs: benchmark.pairs.length - pairs.length };
  return {
    name,
    title,
    folds,
    findings: [
      ...benchmark.findings,
      ...plan.problems,
      ...(damaged.length > 0 ? [`${damaged.length} photos cannot be aligned, such as ${damaged[0]}`] : []),
      ...(leftOut.photos > 0
        ? [`${leftOut.photos} photos are left out, which costs ${leftOut.pairs} of ${benchmark.pairs.length} pairs.`]
        : []),
    ],
    images: pairs.flatMap(({ a, b }) => [crops.get(a) ?? NOTHING, crops.get(b) ?? NOTHING]),
    same: pairs.map(({ same }) => same),
    aligned: [...plan.points.keys()].filter((image) => crops.has(image)).length,
    taken: plan.taken,
    leftOut,
  };
}

const NOTHING = new Uint8Array(); // never used: both are there

async function cropOf(file: string, points: PhotoLandmarks | undefined, size: number): Promise<Uint8Array> {
  const bytes = readFileSync(file);
  return points ? encodePng(await alignedCrop(bytes, file, points, size)) : bytes;
}

import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import {
  benchmarkSets,
  type CropOptions,
  isBenchmark,
  type PairSet,
  readPairs,
  suggestBenchmark,
} from '@pocketnet/data';
import { openBenchmarkPairs } from '../alignment/index.js';

/** Pairs of aligned crops, and what the place they came from says of them. */
export interface OpenedPairs {
  /** `lfw`, `cfp_fp`, … */
  readonly name: string;
  readonly pairs: PairSet;
  /** Those of the official list; a `.bin` does not tell. */
  readonly folds?: number;
  /** What is odd about the list, and what was left out, a sentence each. */
  readonly findings: readonly string[];
}

/** What is looked for, for messages: `lfw.bin or a folder with pairs.txt`. */
export function pairPlaces(name: string): string {
  const [list] = benchmarkSets.get(name)?.lists ?? [];
  return list === undefined ? `${name}.bin` : `${name}.bin or a folder with ${list}`;
}

/**
 * Where a pair set lies in a data folder: `<name>.bin`, or else the set's official layout, in a folder of that folder or in itself.
 * A folder is given as `NAME:FOLDER`, since one may serve two protocols. The place of one set, `lfw.bin` or `cfp_fp:FOLDER`, is that
 * of no other.
 */
export function findPairs(name: string, folder: string): string | undefined {
  suggestBenchmark(folder);
  const [named] = folder.split(':');
  if (named !== undefined && benchmarkSets.has(named) && folder.includes(':')) {
    return named === name && isBenchmark(folder) ? folder : undefined;
  }
  if (folder.endsWith('.bin')) return basename(folder, '.bin') === name && existsSync(folder) ? folder : undefined;
  const bin = join(folder, `${name}.bin`);
  if (existsSync(bin)) return bin;
  if (!benchmarkSets.has(name)) return undefined;
  const locations = [...foldersIn(folder), folder].map((place) => `${name}:${place}`);
  return locations.find(isBenchmark);
}

/**
 * Opens pairs at a `.bin`, or at the original folder of a benchmark, which is aligned.
 * @throws DataError that names the file, list or photo at fault
 */
export async function openPairs(
  place: string,
  options: Pick<CropOptions, 'landmarks'> & { onProgress?: (done: number, total: number) => void } = {},
): Promise<OpenedPairs> {
  if (place.endsWith('.bin')) return { name: basename(place, '.bin'), pairs: readPairs(place), findings: [] };
  const pairs = await openBenchmarkPairs(place, options);
  return { name: pairs.name, pairs, folds: pairs.folds, findings: pairs.findings };
}

function foldersIn(folder: string): string[] {
  const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  if (!isFolder(folder)) return [];
  return readdirSync(folder)
    .sort()
    .map((name) => join(folder, name))
    .filter(isFolder);
}

import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { benchmarkSets, isBenchmark, type PairSet, readPairs } from '@pocketnet/data';
import { openBenchmarkPairs } from '../alignment/index.js';

/** Pairs of aligned crops, and what the place they came from says of them. */
export interface OpenedPairs {
  readonly pairs: PairSet;
  /** Those of the official list; a `.bin` does not tell. */
  readonly folds?: number;
  /** What is odd about the list, a sentence each. */
  readonly findings: readonly string[];
}

/** What is looked for, for messages: `lfw.bin or a folder with pairs.txt`. */
export function pairPlaces(name: string): string {
  const [list] = benchmarkSets.get(name)?.lists ?? [];
  return list === undefined ? `${name}.bin` : `${name}.bin or a folder with ${list}`;
}

/**
 * Where a pair set lies in a data folder: `<name>.bin`, or else the set's official layout, in a folder of that folder or in itself.
 * A folder is given as `NAME:FOLDER`, since one may serve two protocols.
 */
export function findPairs(name: string, folder: string): string | undefined {
  const bin = join(folder, `${name}.bin`);
  if (existsSync(bin)) return bin;
  if (!benchmarkSets.has(name)) return undefined;
  const locations = [...foldersIn(folder), folder].map((place) => `${name}:${place}`);
  return locations.find(isBenchmark);
}

/** @throws DataError that names the file, list or photo at fault */
export async function openPairs(place: string): Promise<OpenedPairs> {
  if (place.endsWith('.bin')) return { pairs: readPairs(place), findings: [] };
  const pairs = await openBenchmarkPairs(place);
  return { pairs, folds: pairs.folds, findings: pairs.findings };
}

function foldersIn(folder: string): string[] {
  const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  if (!isFolder(folder)) return [];
  return readdirSync(folder)
    .sort()
    .map((name) => join(folder, name))
    .filter(isFolder);
}

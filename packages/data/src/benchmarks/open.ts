import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { DataError } from '../data-error.js';
import type { Benchmark, BenchmarkPair, BenchmarkSet, ListedBenchmarkPair } from './benchmark.js';
import { findingsOf } from './findings.js';
import { ImageFinder } from './images.js';
import { benchmarkSets } from './registry.js';

/**
 * Opens a benchmark's original folder with its pair list.
 *
 * @param location the folder; or `NAME:FOLDER`, such as `cfp_fp:/data/cfp-dataset`, where one folder serves two protocols
 * @throws DataError when the folder is of no known benchmark, its list is damaged (file and line are named), or photos are
 * missing (named and counted)
 */
export function openBenchmark(location: string): Benchmark {
  const { set, folder, list } = findSet(location);
  const listed = set.readPairs(folder, list);
  const pairs = findPhotos(set, folder, list, listed);
  const images = [...new Set(pairs.flatMap(({ a, b }) => [a, b]))];
  return {
    name: set.name,
    title: set.title,
    folder,
    pairs,
    images,
    folds: 1 + pairs.reduce((last, { fold }) => Math.max(last, fold), 0),
    findings: findingsOf(pairs, (image) => set.person(image)),
    landmarks: (image) => set.landmarks?.(folder, image),
  };
}

/** Whether a location is one that {@link openBenchmark} would try: a folder that holds a known list, or `NAME:FOLDER`. */
export function isBenchmark(location: string): boolean {
  const { sets, folder } = candidates(location);
  return sets.some((set) => listOf(set, folder) !== undefined);
}

/**
 * @throws DataError where a location, `cfp-fp:FOLDER`, names a benchmark nearly: which one was meant
 */
export function suggestBenchmark(location: string): void {
  const [, name = ''] = /^([\w-]{2,}):(?!\/\/)/.exec(location) ?? [];
  if (name === '' || benchmarkSets.has(name) || existsSync(location)) return;
  const bare = (text: string): string => text.toLowerCase().replace(/[-_]/g, '');
  const near = benchmarkSets.names.filter((known) => bare(known).startsWith(bare(name)));
  if (near.length === 0) return;
  const meant = near.map((known) => known + location.slice(name.length)).join(' or ');
  throw new DataError({ file: location, reason: `there is no benchmark "${name}"`, remedy: `Did you mean ${meant}` });
}

function candidates(location: string): { sets: BenchmarkSet[]; folder: string } {
  const [, name = '', rest = ''] = /^([a-z0-9_]+):(.+)$/.exec(location) ?? [];
  const named = benchmarkSets.get(name);
  return named ? { sets: [named], folder: rest } : { sets: [...benchmarkSets], folder: location };
}

function listOf({ lists }: BenchmarkSet, folder: string): string | undefined {
  return lists.map((list) => join(folder, list)).find((list) => existsSync(list));
}

function findSet(location: string): { set: BenchmarkSet; folder: string; list: string } {
  suggestBenchmark(location);
  const { sets, folder } = candidates(location);
  const found = sets.flatMap((set) => {
    const list = listOf(set, folder);
    return list === undefined ? [] : [{ set, folder, list }];
  });
  const [only, other] = found;
  if (only && !other) return only;
  if (only) {
    const choices = found.map(({ set }) => `${set.name}:${folder}`).join(' or ');
    throw new DataError({ file: folder, reason: 'holds several protocols', remedy: `Name one: ${choices}` });
  }
  if (!existsSync(folder)) throw new DataError({ file: folder, reason: 'does not exist', remedy: 'Check the path' });
  const expected = sets.map(({ title, lists }) => `${lists[0]} of ${title}`).join(', ');
  throw new DataError({ file: folder, reason: 'holds no pair list of a benchmark', remedy: `Looked for ${expected}` });
}

/** How many missing photos an error names. */
const MOST_NAMED = 5;

function findPhotos(
  set: BenchmarkSet,
  folder: string,
  list: string,
  listed: readonly ListedBenchmarkPair[],
): BenchmarkPair[] {
  const finder = new ImageFinder(folder);
  const base = set.imageFolders.find((place) => listed.some(({ a }) => finder.find(posix.join(place, a)))) ?? '.';
  const found = new Map<string, string | undefined>();
  for (const { a, b } of listed) {
    for (const photo of [a, b]) if (!found.has(photo)) found.set(photo, finder.find(posix.join(base, photo)));
  }
  const pairs = listed.flatMap((pair) => {
    const [a, b] = [found.get(pair.a), found.get(pair.b)];
    return a === undefined || b === undefined ? [] : [{ ...pair, a, b }];
  });
  if (pairs.length === listed.length) return pairs;

  const missing = [...found].flatMap(([photo, path]) => (path === undefined ? [photo] : []));
  const named = missing.slice(0, MOST_NAMED).map((photo) => {
    const user = listed.find(({ a, b }) => a === photo || b === photo);
    return `${photo} (${user?.place})`;
  });
  const rest = missing.length > MOST_NAMED ? ` and ${missing.length - MOST_NAMED} more` : '';
  const places = base === '.' ? set.imageFolders.join(', ') : base;
  throw new DataError({
    file: list,
    reason: `${missing.length} of its ${found.size} photos are missing, for ${listed.length - pairs.length} of ${listed.length} pairs: ${named.join(', ')}${rest}`,
    remedy: `They belong into ${places} of ${folder}`,
  });
}

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { duplicatePairs, pictureKeys } from '../benchmarks/duplicates.js';
import { isBenchmark, openBenchmark, suggestBenchmark } from '../benchmarks/open.js';
import { planCrops } from '../benchmarks/plan-crops.js';
import { readPairs } from '../formats/pairs.js';
import { readWhole } from '../formats/random-access-file.js';
import { type FaceSource, isUnlabelled } from '../sources/face-source.js';
import { imageNumber } from '../sources/image-list.js';
import { parseLocation } from '../sources/location.js';
import { kindOf, openSource } from '../sources/registry.js';
import { type Inspection, type InspectOptions, spreadOf, surveyImages } from './inspection.js';

/**
 * Sums up faces (any location of `openSource`), pairs (a `.bin`) or a benchmark's original folder (`cfp_fp:FOLDER`).
 *
 * @throws DataError when nothing can be read at all; what is wrong with single images is listed in `problems`.
 */
export async function inspect(location: string, options: InspectOptions = {}): Promise<Inspection> {
  if (location.endsWith('.bin') && existsSync(location)) return inspectPairs(location, options);
  suggestBenchmark(location);
  return isBenchmark(location) ? inspectBenchmark(location, options) : inspectFaces(location, options);
}

async function inspectFaces(location: string, options: InspectOptions): Promise<Inspection> {
  const { base } = parseLocation(location);
  const kind = kindOf(base);
  const source = openSource(location);
  try {
    const survey = await surveyImages(
      {
        length: source.length,
        read: (index) => source.read(index),
        place: (index) => source.place?.(index) ?? { file: source.name, record: `image ${index}` },
        number: (index) => imageNumber(source, index),
      },
      options,
    );
    const about = kind.problems?.(base, options.deep ?? false) ?? [];
    return {
      location,
      kind: kind.name,
      images: source.length,
      identities: source.identities,
      ...(source.identities > 0 && { imagesPerIdentity: spreadOf(countByLabel(source)) }),
      ...survey,
      problems: [...about, ...(source.notes ?? []), ...survey.problems],
    };
  } finally {
    source.close();
  }
}

/** How many images each person has who has any. */
function countByLabel(source: FaceSource): Int32Array {
  const counts = new Int32Array(source.identities);
  for (let index = 0; index < source.length; index++) {
    if (!isUnlabelled(source, index)) counts[source.label(index)] = (counts[source.label(index)] ?? 0) + 1;
  }
  return counts.filter((count) => count > 0);
}

async function inspectPairs(location: string, options: InspectOptions): Promise<Inspection> {
  const { images, same } = readPairs(location);
  const survey = await surveyImages(
    {
      length: images.length,
      read: (index) => images[index] ?? new Uint8Array(),
      place: (index) => ({ file: location, record: `image ${index}`, remedy: 'Make the .bin anew with "data pairs"' }),
      number: (index) => index + 1,
    },
    options,
  );
  const folds = balancedFolds(same);
  const keys = pictureKeys(images);
  return {
    location,
    kind: 'pairs',
    images: images.length,
    pairs: { total: same.length, same: same.filter(Boolean).length, distinctImages: new Set(keys).size, folds },
    ...survey,
    problems: [...foldProblems(folds), ...duplicatePairs(keys, same), ...survey.problems],
  };
}

/** The photos as they lie in the folder; `crops` says what `data pairs` makes of them. */
async function inspectBenchmark(location: string, options: InspectOptions): Promise<Inspection> {
  const benchmark = openBenchmark(location);
  const { name, folder, images, pairs, folds, findings } = benchmark;
  const crops = await planCrops(benchmark, options);
  const path = (index: number): string => join(folder, images[index] ?? '');
  const survey = await surveyImages(
    {
      length: images.length,
      read: (index) => readWhole(path(index)),
      place: (index) => ({ file: path(index) }),
      number: (index) => index + 1,
    },
    options,
  );
  const same = pairs.map((pair) => pair.same);
  const keys = pairs.flatMap(({ a, b }) => [a, b]);
  return {
    location,
    kind: name,
    images: images.length,
    pairs: { total: pairs.length, same: same.filter(Boolean).length, distinctImages: images.length, folds },
    crops: { aligned: crops.points.size, taken: crops.taken, withoutLandmarks: crops.without.length },
    ...survey,
    problems: [...findings, ...duplicatePairs(keys, same), ...crops.problems, ...survey.problems],
  };
}

/** The protocol's number of folds. */
const MOST_FOLDS = 10;
/** How far a fold's share of same pairs may lie from the whole set's: what chance leaves in a shuffled set. */
const TOLERANCE = 0.1;

function foldProblems(folds: number): string[] {
  if (folds === MOST_FOLDS) return [];
  if (folds > 1) {
    return [`Cut into 10 folds, some are lopsided: evaluate with --folds ${folds}, in which both classes are even.`];
  }
  return ['Same and different pairs are not spread evenly: no number of contiguous folds from 2 to 10 is balanced.'];
}

/**
 * The number of contiguous folds, up to 10, that suits the order of the pairs: 10 where each tenth has about the whole set's
 * share of same pairs, else the number that comes nearest to it; 1 when none comes near.
 */
export function balancedFolds(same: readonly boolean[]): number {
  let best = { folds: 1, deviation: TOLERANCE };
  for (let folds = Math.min(MOST_FOLDS, same.length); folds > 1; folds--) {
    const deviation = largestDeviation(same, folds);
    if (folds === MOST_FOLDS && deviation <= TOLERANCE) return folds;
    if (deviation < best.deviation) best = { folds, deviation };
  }
  return best.folds;
}

/**
 * How far the share of same pairs in a fold lies from the whole set's, at most. Folds as scikit-learn's KFold cuts them: the
 * first `n mod folds` are one longer.
 */
function largestDeviation(same: readonly boolean[], folds: number): number {
  const overall = shareOfTrue(same);
  let largest = 0;
  let start = 0;
  for (let fold = 0; fold < folds; fold++) {
    const end = start + Math.floor(same.length / folds) + (fold < same.length % folds ? 1 : 0);
    largest = Math.max(largest, Math.abs(shareOfTrue(same.slice(start, end)) - overall));
    start = end;
  }
  return largest;
}

function shareOfTrue(answers: readonly boolean[]): number {
  return answers.filter(Boolean).length / answers.length;
}

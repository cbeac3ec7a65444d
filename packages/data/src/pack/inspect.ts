import { existsSync } from 'node:fs';
import { readPairs } from '../formats/pairs.js';
import { parseLocation } from '../sources/location.js';
import { kindOf, openSource } from '../sources/registry.js';
import { type Inspection, type InspectOptions, spreadOf, surveyImages } from './inspection.js';

/**
 * Sums up faces (any location of `openSource`) or pairs (a `.bin`).
 *
 * @throws DataError when nothing can be read at all; what is wrong with single images is listed in `problems`.
 */
export function inspect(location: string, options: InspectOptions = {}): Inspection {
  return location.endsWith('.bin') && existsSync(location)
    ? inspectPairs(location, options)
    : inspectFaces(location, options);
}

function inspectFaces(location: string, options: InspectOptions): Inspection {
  const { base } = parseLocation(location);
  const kind = kindOf(base);
  const source = openSource(location);
  try {
    const survey = surveyImages(source.length, (index) => source.read(index), options);
    const about = kind.problems?.(base, options.deep ?? false) ?? [];
    return {
      location,
      kind: kind.name,
      images: source.length,
      identities: source.identities,
      ...(source.identities > 0 && { imagesPerIdentity: spreadOf(countByLabel(source)) }),
      ...survey,
      problems: [...about, ...survey.problems],
    };
  } finally {
    source.close();
  }
}

function countByLabel(source: { length: number; label(index: number): number }): number[] {
  const counts = new Map<number, number>();
  for (let i = 0; i < source.length; i++) counts.set(source.label(i), (counts.get(source.label(i)) ?? 0) + 1);
  return [...counts.values()];
}

function inspectPairs(location: string, options: InspectOptions): Inspection {
  const { images, same } = readPairs(location);
  const survey = surveyImages(images.length, (index) => images[index] ?? new Uint8Array(), options);
  const folds = balancedFolds(same);
  const distinctImages = new Set(
    images.map((image) => Buffer.from(image.buffer, image.byteOffset, image.length).toString('latin1')),
  ).size;
  return {
    location,
    kind: 'pairs',
    images: images.length,
    pairs: { total: same.length, same: same.filter(Boolean).length, distinctImages, folds },
    ...survey,
    problems: [...foldProblems(folds), ...survey.problems],
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

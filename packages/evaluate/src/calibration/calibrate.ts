import type { Matrix } from '../matrix.js';
import type { Interval } from '../scores/interval.js';
import { eachRow, gatherPeople, type People } from './all-pairs.js';
import { fmrForGallery } from './gallery.js';
import { type Counted, identityInterval } from './jackknife.js';
import { ScoreTally } from './tally.js';

/**
 * Expected errors needed before a rate is trusted: with 30, the true rate lies within 30 % of the one seen, at 90 %
 * confidence (Doddington's rule of 30, 1998). An FMR of 1e-6 thus needs 30 million impostor pairs.
 */
export const ENOUGH_ERRORS = 30;

export interface CalibrationOptions {
  /** FMRs to give thresholds for; 1e-2 … 1e-6 unless said. */
  readonly fmrTargets?: readonly number[];
  /** Gallery sizes to give thresholds for; 1, 10, … 100,000 unless said. */
  readonly galleries?: readonly number[];
  /** The chance of a stranger being taken for somebody that a gallery may run; 0.01 unless said. */
  readonly galleryRate?: number;
  readonly confidence?: number;
  /** Expected errors below which no threshold is given; {@link ENOUGH_ERRORS} unless said. With 3 a rate is known to lie within a factor of some three. */
  readonly enoughErrors?: number;
  readonly onProgress?: (done: number, total: number) => void;
}

/** A threshold on the cosine, and its error rates. */
export interface CalibratedThreshold {
  readonly fmrTarget: number;
  /** "Same" from this cosine on; null where there are not enough pairs to say. */
  readonly threshold: number | null;
  /** Thresholds that would truly give the target; an open end is null. */
  readonly thresholdInterval: readonly [low: number | null, high: number | null] | null;
  /** What the threshold does on these pairs, by people left out; null where there is no threshold. */
  readonly fmr: Interval | null;
  /** Null, too, where the data hold no two faces of one person. */
  readonly fnmr: Interval | null;
  /** Impostor pairs that this target needs. */
  readonly pairsNeeded: number;
}

export interface GalleryThreshold extends CalibratedThreshold {
  readonly people: number;
  readonly falsePositiveRate: number;
}

/** The calibration of one model on one set of faces. Scores are cosines. */
export interface Calibration {
  readonly faces: number;
  readonly people: number;
  readonly genuinePairs: number;
  readonly impostorPairs: number;
  readonly confidence: number;
  readonly thresholds: CalibratedThreshold[];
  readonly galleries: GalleryThreshold[];
  /** FMR and FNMR over thresholds, for drawing; FNMR is empty without genuine pairs. */
  readonly curve: { threshold: number[]; fmr: number[]; fnmr: number[] };
}

/**
 * Calibrates a threshold on every pair of the faces given: pairs of one label are genuine, all others impostors. Goes over the
 * pairs twice, the second time to count each person's part in the errors. Memory does not grow with the number of pairs.
 *
 * @param embeddings N x d, of any scale
 * @param labels whose face each row is
 * @throws Error when sizes do not fit, a value is not finite, or there are fewer than two people
 */
export function calibrate(
  embeddings: Matrix,
  labels: ArrayLike<number>,
  options: CalibrationOptions = {},
): Calibration {
  const { fmrTargets = [1e-2, 1e-3, 1e-4, 1e-5, 1e-6], galleryRate = 0.01, confidence = 0.95, onProgress } = options;
  const { enoughErrors = ENOUGH_ERRORS } = options;
  const { galleries = [1, 10, 100, 1000, 10_000, 100_000] } = options;
  const faces = gatherPeople(embeddings, labels);
  const { genuine, impostor } = tallyPairs(faces, (done, total) => onProgress?.(done, 2 * total));

  const wanted = galleries.map((people) => fmrForGallery(galleryRate, people));
  const targets = [...new Set([...fmrTargets, ...wanted])].filter((fmr) => fmr * impostor.total >= enoughErrors);
  const at = targets.map((fmr) => impostor.thresholdAt(fmr));
  const errors = at.length === 0 ? [] : countErrors(faces, at, (done, total) => onProgress?.(total + done, 2 * total));

  const calibrated = (fmrTarget: number): CalibratedThreshold => {
    const pairsNeeded = Math.ceil(enoughErrors / fmrTarget);
    const found = targets.indexOf(fmrTarget);
    const seen = errors[found];
    const threshold = at[found];
    if (!seen || threshold === undefined)
      return { fmrTarget, threshold: null, thresholdInterval: null, fmr: null, fnmr: null, pairsNeeded };
    const fmr = identityInterval(seen.falseMatches, confidence);
    const fnmr = seen.falseNonMatches.trials > 0 ? identityInterval(seen.falseNonMatches, confidence) : null;
    return {
      fmrTarget,
      threshold,
      thresholdInterval: thresholdsWithin(impostor, fmrTarget, fmr),
      fmr,
      fnmr,
      pairsNeeded,
    };
  };
  return {
    faces: faces.count,
    people: faces.people,
    genuinePairs: genuine.total,
    impostorPairs: impostor.total,
    confidence,
    thresholds: fmrTargets.map(calibrated),
    galleries: galleries.map((people, i) => ({
      people,
      falsePositiveRate: galleryRate,
      ...calibrated(wanted[i] ?? galleryRate),
    })),
    curve: errorCurve(genuine, impostor),
  };
}

function tallyPairs(faces: People, onProgress: (done: number, total: number) => void) {
  const genuine = new ScoreTally();
  const impostor = new ScoreTally();
  const { identity } = faces;
  eachRow(
    faces,
    (row, scores) => {
      const own = identity[row];
      for (let j = 0; j < row; j++) (identity[j] === own ? genuine : impostor).add(scores[j] as number);
    },
    onProgress,
  );
  return { genuine, impostor };
}

interface Errors {
  readonly falseMatches: Counted;
  readonly falseNonMatches: Counted;
}

/** Who takes part in how many errors at each threshold. */
function countErrors(
  faces: People,
  thresholds: readonly number[],
  onProgress: (done: number, total: number) => void,
): Errors[] {
  const { count, people, identity } = faces;
  const images = new Float64Array(people);
  for (const person of identity) images[person] = (images[person] ?? 0) + 1;
  const genuineOf = images.map((n) => (n * (n - 1)) / 2);
  const impostorOf = images.map((n) => n * (count - n));
  const matches = thresholds.map(() => ({ total: 0, of: new Float64Array(people) }));
  const misses = thresholds.map(() => ({ total: 0, of: new Float64Array(people) }));
  const lowest = Math.min(...thresholds);
  const highest = Math.max(...thresholds);
  const mark = (counts: { total: number; of: Float64Array }, ...who: number[]) => {
    counts.total++;
    for (const person of who) counts.of[person] = (counts.of[person] ?? 0) + 1;
  };
  eachRow(
    faces,
    (row, scores) => {
      const own = identity[row] as number; // both inside by the loops' bounds
      for (let j = 0; j < row; j++) {
        const other = identity[j] as number;
        const score = scores[j] as number;
        if (other === own ? score >= highest : score < lowest) continue;
        for (let t = 0; t < thresholds.length; t++) {
          const accepted = score >= (thresholds[t] as number);
          const [match, miss] = [matches[t], misses[t]];
          if (other === own && !accepted && miss) mark(miss, own);
          else if (other !== own && accepted && match) mark(match, own, other);
        }
      }
    },
    onProgress,
  );
  const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);
  const counted = (
    { total, of }: { total: number; of: Float64Array },
    trialsOf: Float64Array,
    trials: number,
  ): Counted => ({
    errors: total,
    trials,
    errorsOf: of,
    trialsOf,
  });
  return thresholds.map((_, t) => ({
    falseMatches: counted(matches[t] ?? { total: 0, of: images }, impostorOf, sum(impostorOf) / 2),
    falseNonMatches: counted(misses[t] ?? { total: 0, of: images }, genuineOf, sum(genuineOf)),
  }));
}

/** Where the rate seen may be off by a factor, so may the threshold: it is read off the curve at the target over that factor. */
function thresholdsWithin(
  impostor: ScoreTally,
  target: number,
  { estimate, low, high }: Interval,
): [number | null, number | null] {
  const at = (rate: number): number | null =>
    rate <= 1 && rate * impostor.total >= 1 ? impostor.thresholdAt(rate) : null;
  return estimate > 0 ? [low > 0 ? at((target * estimate) / low) : null, at((target * estimate) / high)] : [null, null];
}

/** Both error rates at some 200 thresholds over the range of the scores. */
function errorCurve(genuine: ScoreTally, impostor: ScoreTally, steps = 200): Calibration['curve'] {
  const low = Math.min(impostor.range()[0], genuine.total > 0 ? genuine.range()[0] : 1);
  const high = Math.max(impostor.range()[1], genuine.total > 0 ? genuine.range()[1] : -1);
  const threshold = Array.from({ length: steps + 1 }, (_, i) => low + ((high - low) * i) / steps);
  return {
    threshold,
    fmr: threshold.map((t) => impostor.atLeast(t) / impostor.total),
    fnmr: genuine.total > 0 ? threshold.map((t) => 1 - genuine.atLeast(t) / genuine.total) : [],
  };
}

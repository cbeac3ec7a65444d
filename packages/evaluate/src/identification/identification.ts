import type { Matrix } from '../matrix.js';
import { type Cmc, cmcCurve, rankOf, type Ties } from './cmc.js';
import { LargestScores } from './largest.js';
import { Levels } from './levels.js';
import { placesOf } from './places.js';
import { type ScanOptions, ScoreScan } from './scan.js';

/** Probes, the gallery, and their identities. */
export interface Search {
  /** [P, d], one vector a probe: normalise rows first where the score shall be a cosine. */
  readonly probes: Matrix;
  /** The P probes' identities. */
  readonly probeIds: ArrayLike<number | string>;
  /** [G, d] */
  readonly gallery: Matrix;
  /** The G rows' identities; an identity may have several rows, of which the best counts. */
  readonly galleryIds: ArrayLike<number | string>;
}

export interface IdentificationOptions extends ScanOptions {
  /** `against` the mate unless said. */
  readonly ties?: Ties;
  /** Also keep so many of the largest scores of different people over all probes and rows (for a threshold at a pooled FAR). */
  readonly largestOthers?: number;
}

/** Results of 1:N identification. Arrays have one entry per probe. */
export interface IdentificationReport {
  /** Probes whose identity the gallery holds. */
  readonly mated: number;
  /** Probes whose identity it does not hold: impostors of the open set. */
  readonly nonMated: number;
  /** The best score with a row of the same identity; NaN without one. */
  readonly mateScore: Float64Array;
  /** The best score with a row of another identity; −Infinity without one. */
  readonly bestOther: Float64Array;
  /** Rows of others that score strictly higher than the mate, and as high; 0 without a mate. */
  readonly higher: Float64Array;
  readonly equal: Float64Array;
  /** 1 + others before the mate, by the rule of ties; NaN without a mate. Others are counted by rows. */
  readonly rank: Float64Array;
  /** Over mated probes; undefined without any. For shares of all probes take `cmcCurve(ranks, probes)`. */
  readonly cmc: Cmc | undefined;
  /** Descending, as many as were asked for or there are. */
  readonly largestOthers: Float64Array;
}

/**
 * Identification 1:N of the closed and the open set (ISO/IEC 19795-1): every probe against the whole gallery. Ranks are exact: they
 * are those of float64 scores, whichever product is used. The score matrix is never stored.
 *
 * @throws an Error for numbers of identities that do not match, vectors of different widths, or values that are not finite
 */
export function identification(search: Search, options: IdentificationOptions = {}): IdentificationReport {
  const { probes, probeIds, gallery, galleryIds } = search;
  const { ties = 'against', largestOthers } = options;
  checkIds(probes, probeIds, 'probes');
  checkIds(gallery, galleryIds, 'gallery rows');
  const scan = new ScoreScan(probes, options);
  scan.check(gallery);
  const rowsOf = placesOf(galleryIds);
  const pool = largestOthers === undefined ? undefined : new LargestScores(largestOthers);
  const bestOther = new Float64Array(probes.rows).fill(-Infinity);
  const mateScore = Float64Array.from({ length: probes.rows }, (_, probe) => {
    const mates = rowsOf.get(probeIds[probe] as number | string) ?? []; // one id a probe, checked above
    return mates.length === 0
      ? Number.NaN
      : mates.reduce((best, row) => Math.max(best, scan.similarity(probe, gallery, row)), -Infinity);
  });
  const levels = Array.from(mateScore, (score) => new Levels(Float64Array.from(Number.isNaN(score) ? [] : [score])));

  scan.add(gallery, (probe, row, score, error) => {
    if (galleryIds[row] === probeIds[probe]) return;
    const level = levels[probe] as Levels; // one a probe
    level.count(score, error, probe, row, scan);
    pool?.offer(score, error, probe, row, scan);
    const best = bestOther[probe] as number; // one a probe
    if (score + error > best) bestOther[probe] = Math.max(best, scan.exact(probe, row));
    scan.floors[probe] = Math.min(level.lowest, bestOther[probe] as number, pool?.floor ?? Infinity);
  });

  const counts = levels.map((level) => level.counts());
  const higher = Float64Array.from(counts, (count) => count.higher[0] ?? 0);
  const equal = Float64Array.from(counts, (count) => count.equal[0] ?? 0);
  const rank = mateScore.map((score, probe) =>
    Number.isNaN(score) ? Number.NaN : rankOf(higher[probe] ?? 0, equal[probe] ?? 0, ties),
  );
  const ranked = rank.filter((value) => !Number.isNaN(value));
  return {
    mated: ranked.length,
    nonMated: probes.rows - ranked.length,
    mateScore,
    bestOther,
    higher,
    equal,
    rank,
    cmc: ranked.length > 0 ? cmcCurve(ranked) : undefined,
    largestOthers: pool?.values() ?? new Float64Array(),
  };
}

function checkIds({ rows }: Matrix, ids: ArrayLike<number | string>, what: string): void {
  if (ids.length !== rows) throw new Error(`${rows} ${what} have ${ids.length} identities. Give one for each.`);
}

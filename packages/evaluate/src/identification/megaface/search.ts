import type { Matrix } from '../../matrix.js';
import { rankOf, type Ties } from '../cmc.js';
import { Levels } from '../levels.js';
import { type ScanOptions, ScoreScan } from '../scan.js';
import { Nearest } from './nearest.js';
import { type FacePairs, facePairs } from './pairs.js';
import { type MegaFaceReport, megaFaceReport } from './report.js';

export interface MegaFaceOptions extends ScanOptions {
  /** `for` the mate unless said, as in the devkit, in both identification and verification. */
  readonly ties?: Ties;
  /** The first so many probes make the impostor pairs of verification: 100, as in the devkit, unless said; Infinity = all. */
  readonly impostorProbes?: number;
  /**
   * Genuine pairs with more false accepts before them than this need not be told apart, which saves time where there are
   * many impostor pairs; rates above it / impostors cannot be asked for then. Infinity unless said.
   */
  readonly mostFalseAccepts?: number;
  /** Distractors listed for each probe; 5, as in the devkit, unless said. */
  readonly nearest?: number;
  /** Seed of the random galleries of the traditional CMC, and how many of them; 1, and 10 as in the devkit. */
  readonly seed?: number;
  readonly galleries?: number;
}

/**
 * MegaFace challenge 1, the FaceScrub probes against any number of distractors, which may come in blocks.
 *
 * Identification: for each ordered pair (probe i, mate j) of one identity the gallery is j and all the distractors; its rank is
 * 1 + the number of distractors that score higher. Verification: the unordered pairs are genuine, the first 100 probes with
 * every distractor are impostors. The score is −|x − y|² unless said. Ranks and false accepts are counted exactly, in
 * float64; no score matrix is kept (the devkit's takes 14 GB at a million).
 *
 * Not compared with the devkit's own programs, which are binaries for one old system; checked against a brute-force oracle.
 */
export class MegaFaceSearch {
  readonly pairs: FacePairs;
  readonly #scan: ScoreScan;
  readonly #levels: Levels[];
  readonly #pool: Levels;
  readonly #nearest: Nearest[];
  readonly #impostorProbes: number;
  readonly #options: MegaFaceOptions;
  #poolFloor: number;

  /**
   * @param probes [P, d], unit vectors unless cleaned
   * @param identities of the P probes
   * @throws an Error when they do not fit, no identity has two images, or values are not finite
   */
  constructor(
    probes: Matrix,
    readonly identities: readonly string[],
    options: MegaFaceOptions = {},
  ) {
    const { impostorProbes = 100, nearest = 5 } = options;
    if (identities.length !== probes.rows)
      throw new Error(`${probes.rows} probes have ${identities.length} identities. Give one for each.`);
    if (!(impostorProbes >= 1))
      throw new Error(`impostorProbes is ${impostorProbes}. Give 1 or more, or Infinity for all probes.`);
    if (!Number.isInteger(nearest) || nearest < 0 || nearest > 1000)
      throw new Error(`Cannot list ${nearest} distractors per probe. Give 0 to 1000.`);
    this.#options = options;
    this.#impostorProbes = Math.min(Math.floor(impostorProbes), probes.rows);
    const report = (rows: number) => {
      this.#poolFloor = Math.max(this.#pool.lowest, this.#pool.settled(options.mostFalseAccepts ?? Infinity));
      options.onProgress?.(rows);
    };
    this.#scan = new ScoreScan(probes, { similarity: 'distance', ...options, onProgress: report });
    this.pairs = facePairs(this.#scan, identities);
    const { probe, mate, score, start } = this.pairs;
    if (probe.length === 0)
      throw new Error('No identity has two images among the probes, so there is no mate to search for.');
    this.#levels = identities.map((_, i) => new Levels(score.subarray(start[i], start[i + 1])));
    this.#pool = new Levels(score.filter((_, pair) => (probe[pair] as number) < (mate[pair] as number))); // each pair once
    this.#poolFloor = this.#pool.lowest;
    this.#nearest = identities.map(() => new Nearest(nearest));
    for (let i = 0; i < probes.rows; i++) this.#lift(i);
  }

  /** Distractors added so far. */
  get distractors(): number {
    return this.#scan.compared;
  }

  /**
   * Adds distractors. In one call or in many, the result is the same.
   * @throws an Error when their width differs from the probes' or values are not finite
   */
  add(distractors: Matrix): void {
    const before = this.#scan.compared;
    const scan = this.#scan;
    scan.add(distractors, (probe, row, score, error) => {
      (this.#levels[probe] as Levels).count(score, error, probe, row, scan); // one a probe
      (this.#nearest[probe] as Nearest).offer(score, error, probe, row, before, scan); // one a probe
      if (probe < this.#impostorProbes && score + error >= this.#poolFloor)
        this.#pool.count(score, error, probe, row, scan);
      this.#lift(probe);
    });
  }

  /** What was found among the distractors added so far. @throws an Error when there are none */
  result(): MegaFaceReport {
    if (this.distractors === 0) throw new Error('There are no distractors. Add some before asking for results.');
    const { ties = 'for' } = this.#options;
    const rank = new Float64Array(this.pairs.probe.length);
    let tied = 0;
    this.#levels.forEach((levels, i) => {
      const { higher, equal } = levels.counts();
      const first = this.pairs.start[i] as number; // one a probe
      higher.forEach((count, k) => {
        const equals = equal[k] as number; // as many
        rank[first + k] = rankOf(count, equals, ties);
        if (equals > 0) tied++;
      });
    });
    const { higher, equal } = this.#pool.counts();
    return megaFaceReport({
      scan: this.#scan,
      identities: this.identities,
      pairs: this.pairs,
      distractors: this.distractors,
      rank,
      tied,
      genuineScore: this.#pool.given,
      falseAccepts: higher.map((count, k) => count + (ties === 'against' ? (equal[k] as number) : 0)), // as many
      impostors: this.#impostorProbes * this.distractors,
      mostFalseAccepts: this.#options.mostFalseAccepts ?? Infinity,
      nearest: this.#nearest.map(({ index, score }) => ({ index: [...index], score: [...score] })),
      seed: this.#options.seed ?? 1,
      galleries: this.#options.galleries ?? 10,
      ties,
    });
  }

  /** Lets the scan pass over what can no longer change a count. */
  #lift(probe: number): void {
    const pool = probe < this.#impostorProbes ? this.#poolFloor : Infinity;
    const lowest = (this.#levels[probe] as Levels).lowest; // one a probe
    this.#scan.floors[probe] = Math.min(lowest, (this.#nearest[probe] as Nearest).floor, pool); // one a probe
  }
}

/** MegaFace with all distractors in memory; see {@link MegaFaceSearch}. */
export function megaface(
  probes: Matrix,
  identities: readonly string[],
  distractors: Matrix,
  options: MegaFaceOptions = {},
): MegaFaceReport {
  const search = new MegaFaceSearch(probes, identities, options);
  search.add(distractors);
  return search.result();
}

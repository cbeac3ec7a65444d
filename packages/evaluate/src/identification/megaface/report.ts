import { type Cmc, cmcCurve, rankOf, type Ties } from '../cmc.js';
import type { ScoreScan } from '../scan.js';
import type { NearestDistractors } from './nearest.js';
import type { FacePairs } from './pairs.js';
import { traditionalRanks } from './traditional.js';
import type { MegaFaceVerification } from './verification.js';

/** Results of MegaFace. */
export interface MegaFaceReport {
  readonly probes: number;
  readonly identities: number;
  readonly distractors: number;
  /** Probes that are their identity's only image: they search for nobody. */
  readonly withoutMate: number;
  readonly pairs: FacePairs;
  /** Per ordered pair, 1 = the mate comes before every distractor. */
  readonly rank: Float64Array;
  /** Ordered pairs whose mate scores exactly as high as a distractor: where the rule of ties matters. */
  readonly tied: number;
  readonly ties: Ties;
  readonly cmc: Cmc;
  /** Galleries of one random image of each identity and the distractors; all other images search. Seeded. */
  readonly traditionalCmc: Cmc;
  readonly verification: MegaFaceVerification;
  /** Per probe the distractors most like it. */
  readonly nearest: readonly NearestDistractors[];
}

/** The counts that a report is computed from. */
export interface MegaFaceCounts {
  readonly scan: ScoreScan;
  readonly identities: readonly string[];
  readonly pairs: FacePairs;
  readonly distractors: number;
  readonly rank: Float64Array;
  readonly tied: number;
  readonly ties: Ties;
  readonly genuineScore: Float64Array;
  readonly falseAccepts: Float64Array;
  readonly impostors: number;
  readonly mostFalseAccepts: number;
  readonly nearest: readonly NearestDistractors[];
  readonly seed: number;
  readonly galleries: number;
}

export function megaFaceReport(counts: MegaFaceCounts): MegaFaceReport {
  const { scan, identities, pairs, distractors, rank, tied, ties, nearest, impostors, mostFalseAccepts } = counts;
  const order = Array.from(counts.genuineScore.keys()).sort(
    (a, b) => (counts.genuineScore[b] as number) - (counts.genuineScore[a] as number), // inside, being keys
  );
  const inOrder = (values: Float64Array) => Float64Array.from(order, (k) => values[k] as number); // as many
  const traditional = traditionalRanks(
    scan,
    identities,
    pairs,
    counts.seed,
    counts.galleries,
    (pair, higher, equal) => rankOf((rank[pair] as number) - 1 + higher, equal, ties), // one rank a pair
  );
  return {
    probes: identities.length,
    identities: new Set(identities).size,
    distractors,
    withoutMate: identities.filter((_, i) => pairs.start[i] === pairs.start[i + 1]).length,
    pairs,
    rank,
    tied,
    ties,
    cmc: cmcCurve(rank),
    traditionalCmc: cmcCurve(traditional),
    verification: {
      genuine: order.length,
      impostors,
      score: inOrder(counts.genuineScore),
      falseAccepts: inOrder(counts.falseAccepts),
      mostFalseAccepts,
    },
    nearest,
  };
}

import { Random } from '@pocketnet/files';
import type { Matrix } from '../matrix.js';
import { drawPeople } from '../scores/bootstrap-identity.js';
import type { Interval } from '../scores/interval.js';
import { type BootstrapOptions, percentiles } from '../scores/percentiles.js';
import { eachRow, gatherPeople, type People } from './all-pairs.js';

/** How often two models refuse the same genuine pairs, each at its own threshold for one FMR. */
export interface FnmrRatio {
  readonly fmr: number;
  readonly first: Interval;
  readonly second: Interval;
  /** first / second, both on the same resamples; below 1 the first model refuses fewer. */
  readonly ratio: Interval;
  readonly people: number;
  readonly genuinePairs: number;
  readonly impostorPairs: number;
}

/**
 * The ratio of two models' FNMR at one FMR on all pairs of the same faces, with a paired interval: people are drawn with replacement, a
 * genuine pair counts as often as its person was drawn, an impostor pair as the product of both (Owen, "The pigeonhole bootstrap", 2007),
 * and both models' thresholds are found anew in every resample.
 *
 * @param first N x d
 * @param second N x any width; the same faces in the same order
 * @param labels whose face each row is
 * @param fmr the rate of false matches, 0 … 1
 * @throws Error where sizes do not fit, nobody has two faces, or there are too few impostor pairs for the rate
 */
export function fnmrRatio(
  first: Matrix,
  second: Matrix,
  labels: ArrayLike<number>,
  fmr: number,
  options: BootstrapOptions = {},
): FnmrRatio {
  if (first.rows !== second.rows)
    throw new Error(
      `The models have ${first.rows} and ${second.rows} embeddings. A ratio needs the same faces in the same order.`,
    );
  const faces = [gatherPeople(first, labels), gatherPeople(second, labels)] as const;
  const crowd = crowdOf(faces[0]);
  if (crowd.genuine === 0) throw new Error('Nobody has two faces, so there are no genuine pairs to refuse.');
  if (!(fmr > 0 && fmr < 1) || fmr * crowd.impostors < 1)
    throw new Error(
      `An FMR of ${fmr} allows not one of ${crowd.impostors} impostor pairs. Give more faces, or a higher rate.`,
    );
  const keep = Math.max(KEPT, Math.ceil(KEPT_TIMES * fmr * crowd.impostors));
  const scores = faces.map((each) => scoresOf(each, keep)) as [Scores, Scores];
  const rates = (drawn: ArrayLike<number>) => scores.map((each) => fnmrOf(each, crowd, drawn, fmr)) as [number, number];

  const { samples = 1000, seed = 1 } = options;
  const random = new Random(seed);
  const drawn = new Uint32Array(crowd.people);
  const resamples = Array.from({ length: samples }, () => rates(drawPeople(drawn, random)));
  const [one, other] = rates(new Uint32Array(crowd.people).fill(1));
  const intervalOf = (estimate: number, of: (rates: [number, number]) => number): Interval => {
    let at = 0;
    return percentiles(estimate, options, () => of(resamples[at++] as [number, number])).interval;
  };
  return {
    ...{ fmr, people: crowd.people, genuinePairs: crowd.genuine, impostorPairs: crowd.impostors },
    first: intervalOf(one, ([rate]) => rate),
    second: intervalOf(other, ([, rate]) => rate),
    ratio: intervalOf(one / other, ([a, b]) => a / b),
  };
}

/** As many impostor pairs, the most alike, are kept, and as many times those that the rate allows: no resample's threshold lies lower. */
const [KEPT, KEPT_TIMES] = [10_000, 20];

interface Crowd {
  people: number;
  /** Faces of each person. */
  faces: Uint32Array;
  genuine: number;
  impostors: number;
}

function crowdOf({ identity, people, count }: People): Crowd {
  const faces = new Uint32Array(people);
  for (const person of identity) faces[person] = (faces[person] ?? 0) + 1;
  const genuine = faces.reduce((sum, each) => sum + (each * (each - 1)) / 2, 0);
  return { people, faces, genuine, impostors: (count * (count - 1)) / 2 - genuine };
}

interface Scores {
  genuine: { score: number; person: number }[];
  /** The highest ones, descending. */
  impostors: { score: number; first: number; second: number }[];
}

function scoresOf(faces: People, keep: number): Scores {
  const { identity } = faces;
  const genuine: Scores['genuine'] = [];
  let impostors: Scores['impostors'] = [];
  let least = Number.NEGATIVE_INFINITY;
  const cut = (): void => {
    impostors = impostors.sort((a, b) => b.score - a.score).slice(0, keep);
    if (impostors.length === keep) least = impostors.at(-1)?.score ?? least;
  };
  eachRow(faces, (row, scores) => {
    const own = identity[row] ?? 0;
    for (let j = 0; j < row; j++) {
      const score = scores[j] ?? 0;
      const other = identity[j] ?? 0;
      if (own === other) genuine.push({ score, person: own });
      else if (score > least) impostors.push({ score, first: own, second: other });
    }
    if (impostors.length > 2 * keep + 65_536) cut();
  });
  cut();
  return { genuine, impostors };
}

/** The FNMR at the lowest threshold that lets no more than the allowed part of the impostor pairs through; NaN without genuine pairs. */
function fnmrOf({ genuine, impostors }: Scores, crowd: Crowd, drawn: ArrayLike<number>, fmr: number): number {
  let left = fmr * impostorWeight(crowd, drawn);
  let refused = Number.NEGATIVE_INFINITY;
  for (const { score, first, second } of impostors) {
    left -= (drawn[first] ?? 0) * (drawn[second] ?? 0);
    if (left < 0) {
      refused = score;
      break;
    }
  }
  let [wrong, all] = [0, 0];
  for (const { score, person } of genuine) {
    const weight = drawn[person] ?? 0;
    all += weight;
    if (score <= refused) wrong += weight;
  }
  return wrong / all;
}

/** Σ over pairs of faces of different people of the product of their weights: ((Σ nw)² − Σ (nw)²) / 2. */
function impostorWeight({ faces }: Crowd, drawn: ArrayLike<number>): number {
  let [sum, squares] = [0, 0];
  faces.forEach((count, person) => {
    const weight = count * (drawn[person] ?? 0);
    sum += weight;
    squares += weight * weight;
  });
  return (sum * sum - squares) / 2;
}

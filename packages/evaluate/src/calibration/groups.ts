import type { Matrix } from '../matrix.js';
import type { Interval } from '../scores/interval.js';
import { eachRow, gatherPeople, type People } from './all-pairs.js';
import { identityInterval } from './jackknife.js';

/** One way to group people, such as by age: the group name of each face, or null if unknown. */
export interface Grouping {
  readonly name: string;
  readonly groups: readonly (string | null)[];
}

/** False matches between two groups (or inside one) at the common threshold. */
export interface GroupRate {
  readonly first: string;
  readonly second: string;
  readonly pairs: number;
  readonly falseMatches: number;
  /** Null where there is no pair. */
  readonly fmr: Interval | null;
}

export interface GroupingResult {
  readonly name: string;
  readonly threshold: number;
  /** FMR of all pairs, whatever their groups. */
  readonly overall: Interval;
  /** Groups in the order of their names, with the number of faces. */
  readonly groups: readonly { name: string; faces: number }[];
  /** Faces whose group is not known; they count in `overall` alone. */
  readonly unknown: number;
  /** One for each pair of groups, `first` not after `second`; inside a group where both are one. */
  readonly rates: readonly GroupRate[];
}

/**
 * How often strangers are taken for one another, inside and across groups, at thresholds common to all: the differential that
 * one threshold hides (NIST IR 8280, 2019). Intervals are jackknife intervals over people.
 *
 * @param embeddings N x d; @param labels whose face each row is
 * @returns for each grouping, in order, one result a threshold
 */
export function falseMatchesByGroup(
  embeddings: Matrix,
  labels: ArrayLike<number>,
  groupings: readonly Grouping[],
  thresholds: readonly number[],
  options: { confidence?: number; onProgress?: (done: number, total: number) => void } = {},
): GroupingResult[] {
  const faces = gatherPeople(embeddings, labels);
  for (const { name, groups } of groupings)
    if (groups.length !== faces.count)
      throw new Error(
        `The grouping "${name}" names ${groups.length} groups for ${faces.count} faces. Give one group name (or null) per face.`,
      );
  const matches = falseMatches(faces, thresholds, options.onProgress);
  const everybody: Grouping = { name: 'all', groups: Array.from({ length: faces.count }, () => 'all') };
  return groupings.flatMap((grouping) =>
    thresholds.map((threshold, t): GroupingResult => {
      const found = matches[t] ?? [];
      const named = [...new Set(grouping.groups)].filter((name) => name !== null).sort(byNumber.compare);
      const rate = (first: string, second: string) =>
        rateBetween(faces, grouping, found, first, second, options.confidence);
      const overall = rateBetween(faces, everybody, found, 'all', 'all', options.confidence).fmr;
      if (overall === null)
        throw new Error('No pair shows two people, so there is no false match rate. Give two people or more.');
      return {
        name: grouping.name,
        threshold,
        overall,
        groups: named.map((name) => ({ name, faces: grouping.groups.filter((group) => group === name).length })),
        unknown: grouping.groups.filter((group) => group === null).length,
        rates: named.flatMap((first, i) => named.slice(i).map((second) => rate(first, second))),
      };
    }),
  );
}

const byNumber = new Intl.Collator('en', { numeric: true });

/** The pairs of strangers that each threshold accepts. */
function falseMatches(
  faces: People,
  thresholds: readonly number[],
  onProgress?: (done: number, total: number) => void,
): [number, number][][] {
  const found: [number, number][][] = thresholds.map(() => []);
  const lowest = Math.min(...thresholds);
  const { identity } = faces;
  eachRow(
    faces,
    (row, scores) => {
      for (let j = 0; j < row; j++) {
        const score = scores[j] as number; // inside by the loop's bound
        if (score < lowest || identity[j] === identity[row]) continue;
        for (const [t, threshold] of thresholds.entries()) if (score >= threshold) found[t]?.push([j, row]);
      }
    },
    onProgress,
  );
  return found;
}

function rateBetween(
  { identity, people }: People,
  { groups }: Grouping,
  matches: readonly (readonly [number, number])[],
  first: string,
  second: string,
  confidence = 0.95,
): GroupRate {
  const inFirst = new Float64Array(people);
  const inSecond = new Float64Array(people);
  let [firsts, seconds] = [0, 0];
  groups.forEach((group, row) => {
    const person = identity[row] as number; // gatherPeople gives every row its person
    if (group === first) firsts++;
    if (group === first) inFirst[person] = (inFirst[person] ?? 0) + 1;
    if (group === second) seconds++;
    if (group === second) inSecond[person] = (inSecond[person] ?? 0) + 1;
  });
  // Ordered pairs (a of first, b of second, two people); inside one group each pair is met from both sides.
  const inside = first === second;
  const trialsOf = inFirst.map((a, i) => {
    const b = inSecond[i] ?? 0;
    return inside ? a * (seconds - b) : a * (seconds - b) + b * (firsts - a);
  });
  const pairs = trialsOf.reduce((sum, value) => sum + value, 0) / 2;
  const errorsOf = new Float64Array(people);
  let falseMatches = 0;
  for (const [a, b] of matches) {
    const [one, other] = [groups[a], groups[b]];
    if (!((one === first && other === second) || (one === second && other === first))) continue;
    falseMatches++;
    for (const row of [a, b]) {
      const person = identity[row] as number;
      errorsOf[person] = (errorsOf[person] ?? 0) + 1;
    }
  }
  const taking = Array.from(trialsOf.keys()).filter((i) => (trialsOf[i] ?? 0) > 0);
  const counted = {
    errors: falseMatches,
    trials: pairs,
    errorsOf: taking.map((i) => errorsOf[i] ?? 0),
    trialsOf: taking.map((i) => trialsOf[i] ?? 0),
  };
  return { first, second, pairs, falseMatches, fmr: pairs > 0 ? identityInterval(counted, confidence) : null };
}

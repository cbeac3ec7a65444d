import { markdownTable } from '@pocketnet/evaluate';
import { type Cells, type Difference, differenceOf, holm, meanOfMeans, seedSpreadOf } from './difference.js';
import type { TrialResult } from './results.js';
import type { Study } from './study.js';

/** What a group's cells come to. */
export interface GroupSummary {
  group: string;
  arms: number;
  trials: number;
  accuracy: number;
  distance: number | null;
}

/** How much better a group's cells are than another group's: above 0 is better in both measures. */
export interface Comparison {
  group: string;
  other: string;
  /** Over how many seeds: those that all arms of both groups have. */
  seeds: number;
  accuracy: Difference | null;
  /** How much closer to the teachers. */
  closeness: Difference | null;
  /** The chance of so much closeness, or accuracy where no distance was measured, by luck: Holm's, over the groups that are compared with `other` together. */
  p: number | null;
}

/** Every group that has results, in the study's order. */
export function summariseGroups({ groups }: Study, results: readonly TrialResult[]): GroupSummary[] {
  return Object.entries(groups).flatMap(([group, arms]) => {
    const [own, near] = [valuesOf(arms, results, accuracy), valuesOf(arms, results, closeness)];
    if (own.length === 0) return [];
    return [
      {
        ...{ group, arms: own.length, trials: own.flat().length, accuracy: meanOfMeans(own) },
        distance: isMeasured(near) ? -meanOfMeans(near) : null,
      },
    ];
  });
}

/** The comparisons that a study names, of groups that have results. */
export function groupComparisons(
  { groups, comparisons }: Pick<Study, 'groups' | 'comparisons'>,
  results: readonly TrialResult[],
): Comparison[] {
  const trained = (group: string): string[] =>
    (groups[group] ?? []).filter((arm) => results.some((result) => result.arm === arm));
  const spreads = new Map([accuracy, closeness].map((of) => [of, spreadOf(results, of)]));
  return comparisons.flatMap(({ of: family, with: other }) => {
    const rows = family.flatMap((group): Omit<Comparison, 'p'>[] => {
      const [own, others] = [trained(group), trained(other)];
      if (own.length === 0 || others.length === 0) return [];
      const seeds = commonSeeds([...own, ...others], results);
      const counted = results.filter(({ seed }) => seeds.has(seed));
      const differ = (of: (result: TrialResult) => number): Difference | null => {
        const [one, two] = [valuesOf(own, counted, of), valuesOf(others, counted, of)];
        return seeds.size > 0 && isMeasured([...one, ...two]) ? differenceOf(one, two, spreads.get(of) ?? null) : null;
      };
      return [{ group, other, seeds: seeds.size, accuracy: differ(accuracy), closeness: differ(closeness) }];
    });
    const decided = rows.filter((row) => decides(row) !== null);
    const corrected = holm(decided.map((row) => decides(row) as number)); // those that have one
    return rows.map((row) => ({ ...row, p: corrected[decided.indexOf(row)] ?? null }));
  });
}

const decides = ({ accuracy: right, closeness: near }: Omit<Comparison, 'p'>): number | null =>
  (near ?? right)?.p ?? null;

const accuracy = ({ last }: TrialResult): number => last;
const closeness = ({ distance }: TrialResult): number => -(distance ?? Number.NaN);
const isMeasured = (cells: Cells): boolean => cells.flat().every(Number.isFinite);

function spreadOf(
  results: readonly TrialResult[],
  of: (result: TrialResult) => number,
): ReturnType<typeof seedSpreadOf> {
  const cells = valuesOf([...new Set(results.map(({ arm }) => arm))], results, of);
  return isMeasured(cells) ? seedSpreadOf(cells) : null;
}

/** For each arm that has results those of its seeds. */
function valuesOf(
  arms: readonly string[],
  results: readonly TrialResult[],
  of: (result: TrialResult) => number,
): number[][] {
  return arms
    .map((arm) => results.filter((result) => result.arm === arm).map(of))
    .filter((values) => values.length > 0);
}

/** Arms with other seeds than their neighbours would be compared by their seeds. */
function commonSeeds(arms: readonly string[], results: readonly TrialResult[]): Set<number> {
  const seedsOf = (arm: string): number[] => results.filter((result) => result.arm === arm).map(({ seed }) => seed);
  const [first = [], ...rest] = arms.map(seedsOf);
  return new Set(first.filter((seed) => rest.every((seeds) => seeds.includes(seed))));
}

/** The groups as a table in Markdown. */
export const groupsTable = (summaries: readonly GroupSummary[]): string =>
  markdownTable(
    ['group', 'cells', 'trainings', 'last %', 'held-out distance'],
    summaries.map(({ group, arms, trials, accuracy: right, distance }) => [
      ...[group, String(arms), String(trials), (100 * right).toFixed(2), distance?.toFixed(4) ?? ''],
    ]),
  );

/** The comparisons as a table in Markdown. */
export function comparisonsTable(comparisons: readonly Comparison[]): string {
  const interval = (value: Difference | null, digits: number, scale = 1): string =>
    value
      ? `${(scale * value.mean).toFixed(digits)} (${(scale * value.low).toFixed(digits)} to ${(scale * value.high).toFixed(digits)})`
      : '';
  return markdownTable(
    ['group', 'with', 'seeds', 'points above (95 %)', 'closer (95 %)', 'p by chance, Holm'],
    comparisons.map(({ group, other, seeds, accuracy: right, closeness: near, p }) => [
      ...[group, other, String(seeds), interval(right, 2, 100), interval(near, 4), p?.toFixed(3) ?? ''],
    ]),
  );
}

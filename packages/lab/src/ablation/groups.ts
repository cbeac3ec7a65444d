import { Random } from '@pocketnet/files';
import type { TrialResult } from './results.js';
import type { Study } from './study.js';

/** A difference of means with the middle 95 % of its bootstrap. */
export interface Interval {
  mean: number;
  low: number;
  high: number;
}

/** What a group's cells come to, and how much better they are than those of the group that all are compared with. */
export interface GroupSummary {
  group: string;
  arms: number;
  trials: number;
  accuracy: number;
  distance: number | null;
  /** Accuracy less the other group's; and its distance less this one's, so that above 0 is better in both. */
  gain?: { accuracy: Interval; distance: Interval | null };
}

const samples = 10_000;

/** Every group that has results, in the study's order. */
export function summariseGroups({ groups, against }: Study, results: readonly TrialResult[]): GroupSummary[] {
  const reference = against ?? Object.keys(groups)[0];
  const valuesOf = (group: string | undefined, of: (result: TrialResult) => number): number[][] =>
    (groups[group ?? ''] ?? [])
      .map((arm) => results.filter((result) => result.arm === arm).map(of))
      .filter((values) => values.length > 0);
  const accuracy = ({ last }: TrialResult): number => last;
  const closeness = ({ distance }: TrialResult): number => -(distance ?? Number.NaN);
  return Object.keys(groups).flatMap((group) => {
    const [own, others] = [valuesOf(group, accuracy), valuesOf(reference, accuracy)];
    if (own.length === 0) return [];
    const [near, otherNear] = [valuesOf(group, closeness), valuesOf(reference, closeness)];
    const hasDistance = [...near, ...otherNear].flat().every(Number.isFinite);
    return [
      {
        ...{ group, arms: own.length, trials: own.flat().length, accuracy: meanOfMeans(own) },
        distance: hasDistance ? -meanOfMeans(near) : null,
        ...(group !== reference &&
          others.length > 0 && {
            gain: {
              accuracy: differenceOf(own, others),
              distance: hasDistance ? differenceOf(near, otherNear) : null,
            },
          }),
      },
    ];
  });
}

/**
 * The difference of two groups' means over cells of means over seeds, with the 2.5 and 97.5 per cent points of a bootstrap that draws cells
 * and, within each, seeds (two levels, since two seeds of one cell tell less than two cells).
 * @param one, other for each cell the values of its seeds
 */
export function differenceOf(one: readonly number[][], other: readonly number[][], seed = 1): Interval {
  const random = new Random(seed);
  const drawn = <T>(from: readonly T[]): T[] => from.map(() => random.pick(from));
  const again = (cells: readonly number[][]): number => meanOfMeans(drawn(cells).map(drawn));
  const differences = Array.from({ length: samples }, () => again(one) - again(other)).sort((a, b) => a - b);
  const at = (share: number): number => differences[Math.round(share * (samples - 1))] as number; // inside
  return { mean: meanOfMeans(one) - meanOfMeans(other), low: at(0.025), high: at(0.975) };
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const meanOfMeans = (cells: readonly (readonly number[])[]): number => mean(cells.map(mean));

/** The groups as a table in Markdown. */
export function groupsTable(summaries: readonly GroupSummary[]): string {
  const reference = summaries.find(({ gain }) => gain === undefined)?.group ?? '';
  const interval = (value: Interval | null | undefined, digits: number, scale = 1): string =>
    value
      ? `${(scale * value.mean).toFixed(digits)} (${(scale * value.low).toFixed(digits)} to ${(scale * value.high).toFixed(digits)})`
      : '';
  const rows = summaries.map(({ group, arms, trials, accuracy, distance, gain }) => [
    ...[group, String(arms), String(trials), (100 * accuracy).toFixed(2), distance?.toFixed(4) ?? ''],
    ...[interval(gain?.accuracy, 2, 100), interval(gain?.distance, 4)],
  ]);
  const titles = [
    ...['group', 'cells', 'trainings', 'last %', 'held-out distance'],
    ...[`points above ${reference} (95 %)`, `closer than ${reference} (95 %)`],
  ];
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(titles), line(titles.map(() => '---')), ...rows.map(line)].join('\n');
}

import type { Arithmetic } from '@pocketnet/engine';

/** A cosine, and how many strangers, and pairs of one person, score it. */
export interface CalibrationPoint {
  readonly cosine: number;
  /** Share of strangers' pairs that score at least so, and its 95 % interval. */
  readonly fmr: number;
  readonly low: number;
  readonly high: number;
  /** Share of one person's pairs that score less; null where none were measured. */
  readonly fnmr: number | null;
}

/** Those of whom strangers are most often taken for each other. */
export interface WorstGroup {
  /** Whose labels these are, e.g. `utkface`; they are a data set's, not the people's own saying. */
  readonly naming: string;
  /** e.g. `age`, and `0 to 19`. */
  readonly grouping: string;
  readonly group: string;
  /** How many times as often as in all pairs of the same set, at one threshold, and the 95 % interval of the group's rate over the whole's. */
  readonly times: number;
  readonly interval: readonly [low: number, high: number];
  /** What was measured. */
  readonly data: string;
}

/** What a model's cosines mean. */
export interface ModelCalibration {
  /** Whether image and mirror image were summed. */
  readonly mirrored: boolean;
  readonly data: string;
  readonly people: number;
  readonly genuinePairs: number;
  readonly impostorPairs: number;
  /** From the lowest cosine to the highest. */
  readonly points: readonly CalibrationPoint[];
  readonly worstGroup: WorstGroup | null;
}

/**
 * What a plan says of its cosines: its own calibration, else the thresholds of the card that it carries; undefined where it has neither.
 *
 * @param metadata of the plan
 * @param arithmetic that it is computed in; a calibration of that alone goes before the one of all
 * @throws an Error where what stands there is damaged
 */
export function readCalibration(
  metadata: Readonly<Record<string, string>>,
  arithmetic?: Arithmetic,
): ModelCalibration | undefined {
  const { card } = metadata;
  const calibration = metadata[calibrationKey(arithmetic)] ?? metadata[calibrationKey()];
  if (calibration !== undefined) return ofText(calibration);
  return card === undefined ? undefined : ofCard(JSON.parse(card) as Card, metadata.measured_as);
}

/** Where a calibration stands in a plan's metadata: that of floats holds for all arithmetics that have none of their own. */
export const calibrationKey = (arithmetic: Arithmetic = 'float'): string =>
  arithmetic === 'float' ? 'calibration' : `calibration_${arithmetic}`;

/** A point as it is kept: its numbers alone, in this order. */
type Row = readonly [cosine: number, fmr: number, low: number, high: number, fnmr: number | null];

/** As it stands in a plan's metadata, in JSON; format 1 kept the points with their names. */
type Kept = Omit<ModelCalibration, 'points'> &
  (
    | { readonly format: 'pocketnet-calibration/1'; readonly points: readonly CalibrationPoint[] }
    | { readonly format: 'pocketnet-calibration/2'; readonly points: readonly Row[] }
  );

/** The text that keeps a calibration in a plan's metadata, under {@link calibrationKey}. */
export function calibrationText({ points, ...rest }: ModelCalibration): string {
  const kept: Kept = {
    ...{ format: 'pocketnet-calibration/2', ...rest },
    points: points.map(({ cosine, fmr, low, high, fnmr }): Row => [cosine, fmr, low, high, fnmr]),
  };
  return JSON.stringify(kept);
}

function ofText(text: string): ModelCalibration {
  const kept = JSON.parse(text) as Kept | null;
  const points = kept && pointsOf(kept);
  if (!kept || !points || !(kept.impostorPairs > 0) || !isCurve(points))
    throw new Error(
      "The model's calibration is of an unknown form. Calibrate it again: pocketnet calibrate MODEL --into MODEL.",
    );
  const { format: _, ...rest } = kept;
  return { ...rest, points };
}

function pointsOf(kept: Kept): readonly CalibrationPoint[] | undefined {
  if (kept.format === 'pocketnet-calibration/1') return kept.points;
  if (kept.format !== 'pocketnet-calibration/2' || !Array.isArray(kept.points) || !kept.points.every(Array.isArray))
    return undefined;
  return kept.points.map(([cosine, fmr, low, high, fnmr]) => ({ cosine, fmr, low, high, fnmr }));
}

const isCurve = (points: readonly CalibrationPoint[]): boolean =>
  Array.isArray(points) &&
  points.length > 0 &&
  points.every(
    ({ cosine, fmr, low, high }, i) =>
      [cosine, fmr, low, high].every(Number.isFinite) &&
      (i === 0 || (cosine > points[i - 1].cosine && fmr <= points[i - 1].fmr)),
  );

interface CardThresholds {
  readonly file?: string;
  readonly data: string;
  readonly pairs: string;
  readonly thresholds: readonly {
    readonly threshold: number;
    readonly fmr: { readonly low: number; readonly estimate: number; readonly high: number };
    readonly fnmr: { readonly estimate: number } | null;
  }[];
}

/** Both formats of the release's card, as far as they matter here. */
interface Card {
  readonly format?: string;
  readonly calibration?: CardThresholds | null;
  readonly calibrations?: readonly CardThresholds[];
}

function ofCard({ calibration, calibrations = [] }: Card, file?: string): ModelCalibration | undefined {
  const found = calibration ?? calibrations.find((each) => each.file === file);
  const [, genuine, impostor, people] =
    /^(\d+) genuine and (\d+) impostor pairs of (\d+) people/.exec(found?.pairs ?? '') ?? [];
  if (!found || impostor === undefined || found.thresholds.length === 0) return undefined;
  return {
    ...{ mirrored: true, data: found.data, worstGroup: null },
    ...{ people: Number(people), genuinePairs: Number(genuine), impostorPairs: Number(impostor) },
    points: found.thresholds.map(({ threshold, fmr, fnmr }) => ({
      ...{ cosine: threshold, fmr: fmr.estimate, low: fmr.low, high: fmr.high, fnmr: fnmr?.estimate ?? null },
    })),
  };
}

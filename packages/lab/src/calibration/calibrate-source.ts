import { type FaceSource, isUnlabelled } from '@pocketnet/data';
import {
  type CalibratedThreshold,
  type Calibration,
  type CalibrationOptions,
  calibrate,
  falseMatchesByGroup,
  type GroupingResult,
  type Matrix,
} from '@pocketnet/evaluate';
import { type EmbeddedSet, type EmbeddingSource, likenessWarning, rowOf, sourceImages } from '../embedders/index.js';
import { type FaceGroups, faceGroups } from './face-groups.js';

export interface CalibrateSourceOptions extends Omit<CalibrationOptions, 'onProgress'> {
  /** Whether mirror images are embedded and summed with the images; true unless said. */
  flip?: boolean;
  /** The naming by which groups are told: one of {@link faceGroups}. */
  groups?: string;
  /** FMRs at whose thresholds groups are compared; 1e-3 and 1e-4 unless said. Those without pairs enough are left out. */
  groupTargets?: readonly number[];
  /** Whether the match curve is found, too; it takes as long as the rest without embedding. */
  matchCurve?: boolean;
  onEmbed?: (done: number, total: number) => void;
  onCompare?: (done: number, total: number) => void;
}

export interface SourceCalibration {
  readonly calibration: Calibration;
  readonly groups: readonly GroupingResult[];
  /** Thresholds for twelve rates a decade, from every second stranger down to three of the pairs; empty where it was not asked for. */
  readonly matchCurve: readonly CalibratedThreshold[];
  /** True where the source has no labels and each image was taken for a person of its own. */
  readonly eachAPerson: boolean;
  /** Images without a label, each taken for a person. */
  readonly unlabelled: number;
  readonly flipped: boolean;
  readonly dimension: number;
  /** What was wrong with the data, a sentence each. */
  readonly problems: readonly string[];
}

/**
 * Calibrates a model on all pairs of a source's faces. Each image without a label is taken for a person: an unlabelled source has
 * impostor pairs alone, and whoever occurs twice counts as a false match.
 *
 * @throws Error where the groups asked for are not known, or fewer than two people have embeddings
 */
export async function calibrateSource(
  source: EmbeddingSource,
  faces: FaceSource,
  options: CalibrateSourceOptions = {},
): Promise<SourceCalibration> {
  const { flip = true, groups: naming, groupTargets = [1e-3, 1e-4], onEmbed, onCompare, ...rest } = options;
  const { matchCurve = false, ...calibration } = rest;
  const kind = naming === undefined ? undefined : groupsNamed(naming);
  const embedded = await source.embed(sourceImages(faces), { flip, ...(onEmbed && { onProgress: onEmbed }) });
  const { matrix, indices } = usableRows(embedded);
  const eachAPerson = faces.identities === 0;
  const strangers = indices.map((index) => isUnlabelled(faces, index));
  // Below 0 there are no labels: a person of its own for each image without one.
  const labels = indices.map((index, i) => (strangers[i] ? -1 - index : faces.label(index)));
  const compare = onCompare && { onProgress: onCompare };
  const result = calibrate(matrix, labels, { ...calibration, ...compare });
  const thresholds = groupTargets.flatMap((target) => {
    const point = result.thresholds.find(({ fmrTarget }) => fmrTarget === target);
    return point?.threshold == null ? [] : [point.threshold];
  });
  return {
    calibration: result,
    groups:
      kind && thresholds.length > 0
        ? byGroup(kind, faces, matrix, indices, labels, thresholds, calibration.confidence)
        : [],
    matchCurve: matchCurve ? curveOf(matrix, labels, result.impostorPairs) : [],
    eachAPerson,
    unlabelled: strangers.filter(Boolean).length,
    flipped: embedded.flips !== undefined,
    dimension: matrix.cols,
    problems: problemsOf(embedded, kind !== undefined && thresholds.length === 0),
  };
}

const A_DECADE = 12;
/** Errors of which a rate is still an estimate, if a rough one. */
const FEWEST = 3;

function curveOf(matrix: Matrix, labels: readonly number[], pairs: number): readonly CalibratedThreshold[] {
  const steps = Math.floor(A_DECADE * Math.log10(pairs / (2 * FEWEST)));
  const fmrTargets = Array.from({ length: steps + 1 }, (_, i) => 0.5 * 10 ** (-i / A_DECADE));
  return calibrate(matrix, labels, { fmrTargets, galleries: [], enoughErrors: FEWEST }).thresholds;
}

function groupsNamed(name: string): FaceGroups {
  const kind = faceGroups.find((each) => each.name === name);
  if (!kind)
    throw new Error(`There are no groups "${name}". Choose from: ${faceGroups.map((each) => each.name).join(', ')}.`);
  return kind;
}

function byGroup(
  kind: FaceGroups,
  faces: FaceSource,
  matrix: Matrix,
  indices: readonly number[],
  labels: readonly number[],
  thresholds: readonly number[],
  confidence?: number,
): GroupingResult[] {
  const read = indices.map((index) => kind.read(faces.imageName?.(index) ?? ''));
  const names = [...new Set(read.flatMap((groups) => Object.keys(groups ?? {})))];
  if (names.length === 0)
    throw new Error(`None of the images of ${faces.name} is named as ${kind.names}: their groups are not known.`);
  const groupings = names.map((name) => ({ name, groups: read.map((groups) => groups?.[name] ?? null) }));
  return falseMatchesByGroup(matrix, labels, groupings, thresholds, confidence === undefined ? {} : { confidence });
}

/** Images with embeddings, image and mirror image summed. */
function usableRows({ images, flips, problems }: EmbeddedSet): { matrix: Matrix; indices: number[] } {
  const bad = new Set(problems.map(({ index }) => index));
  const indices = Array.from({ length: images.rows }, (_, i) => i).filter((i) => !bad.has(i));
  const { cols } = images;
  const data = new Float32Array(indices.length * cols);
  for (const [i, index] of indices.entries()) {
    const [row, mirror] = [rowOf(images, index), flips && rowOf(flips, index)];
    for (let k = 0; k < cols; k++) data[i * cols + k] = (row[k] ?? 0) + (mirror?.[k] ?? 0);
  }
  return { matrix: { rows: indices.length, cols, data }, indices };
}

const NAMED = 10;

function problemsOf({ images, problems }: EmbeddedSet, withoutGroups: boolean): string[] {
  const warning = likenessWarning(images);
  return [
    ...(warning === undefined ? [] : [warning]),
    ...(problems.length > 0 ? [`${problems.length} images have no usable embedding and are left out.`] : []),
    ...problems.slice(0, NAMED).map(({ reason }) => reason),
    ...(problems.length > NAMED ? [`… and ${problems.length - NAMED} more.`] : []),
    ...(withoutGroups ? ['There are too few pairs to compare groups at any of the thresholds.'] : []),
  ];
}

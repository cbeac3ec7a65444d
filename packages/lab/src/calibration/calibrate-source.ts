import { type FaceSource, isUnlabelled } from '@pocketnet/data';
import {
  type CalibratedThreshold,
  type Calibration,
  type CalibrationOptions,
  calibrate,
  type GroupingResult,
  type Matrix,
} from '@pocketnet/evaluate';
import { type EmbeddedSet, type EmbeddingSource, likenessWarning } from '../embedders/index.js';
import { byGroup, groupsNamed } from './by-group.js';
import { embedFaces } from './labelled-faces.js';

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
  const labelled = await embedFaces(source, faces, { flip, ...(onEmbed && { onProgress: onEmbed }) });
  const { embedded, matrix, labels } = labelled;
  const compare = onCompare && { onProgress: onCompare };
  const result = calibrate(matrix, labels, { ...calibration, ...compare });
  const thresholds = groupTargets.flatMap((target) => {
    const point = result.thresholds.find(({ fmrTarget }) => fmrTarget === target);
    return point?.threshold == null ? [] : [point.threshold];
  });
  return {
    calibration: result,
    groups: kind && thresholds.length > 0 ? byGroup(kind, faces, labelled, thresholds, calibration.confidence) : [],
    matchCurve: matchCurve ? curveOf(matrix, labels, result.impostorPairs) : [],
    eachAPerson: faces.identities === 0,
    unlabelled: labelled.indices.filter((index) => isUnlabelled(faces, index)).length,
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

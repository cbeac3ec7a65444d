import type { Interval } from '../scores/interval.js';
import type { PairScores } from '../scores/ranking.js';
import type { RocCurve } from '../scores/roc.js';

/** What was measured; `unit` says how it is printed. */
export interface Metric {
  readonly name: string;
  readonly value: number;
  /** Null where none was computed. */
  readonly interval: Interval | null;
  readonly unit: 'share' | 'number';
  /** Spread over the folds, where there are folds. */
  readonly deviation?: number;
  /** False where the data are too few to tell. */
  readonly resolved?: boolean;
}

/** A score from which on two faces are taken for one person, and what that costs. */
export interface NamedThreshold {
  /** Why this one: `best accuracy`, `FAR 1e-3`. */
  readonly name: string;
  readonly cosine: number;
  readonly far: number;
  readonly tar: number;
  readonly resolved: boolean;
}

/** A pair that the model gets most wrong. */
export interface HardPair {
  /** Number of the pair in the set. */
  readonly pair: number;
  readonly same: boolean;
  readonly cosine: number;
}

/** One benchmark's outcome: all of it is plain data and goes into `report.json`. */
export interface BenchmarkResult {
  /** The benchmark's key: `lfw`, `ijbc`. */
  readonly name: string;
  readonly title: string;
  /** The published benchmark whose numbers these may stand beside, and what is missing from it. */
  readonly standsFor?: { readonly name: string; readonly but?: string };
  /** What was compared with what, in one line. */
  readonly about: string;
  /** The first is the one that the field quotes. */
  readonly metrics: readonly Metric[];
  /** How the intervals were made. */
  readonly intervals: string;
  readonly thresholds: readonly NamedThreshold[];
  /** The ROC, thinned to what can be drawn; absent where there is none. */
  readonly curve?: {
    readonly far: number[];
    readonly tar: number[];
    readonly genuine: number;
    readonly impostor: number;
  };
  readonly hardest: readonly HardPair[];
  /** What was wrong with the data, a sentence each: nothing is dropped in silence. */
  readonly problems: readonly string[];
}

/** A result with what its figures are drawn from, which is too much for the JSON. */
export interface BenchmarkRun {
  readonly result: BenchmarkResult;
  readonly curve?: RocCurve;
  /** Cosines. */
  readonly scores?: PairScores;
}

/** What is known of a model; null where it is not. */
export interface ModelFacts {
  readonly name: string;
  readonly file: string;
  readonly bytes: number | null;
  readonly parameters: number | null;
  /** Multiply-adds of one image. */
  readonly macs: number | null;
  /** As the paper counts: 2 a multiply-add, and norms, slopes and pools. */
  readonly flops: number | null;
  readonly dimension: number;
  readonly input: number | null;
  readonly channels: 'rgb' | 'bgr' | null;
}

export interface Timing {
  /** Of the network alone, an image and its mirror image counting as two; null for embeddings that were read. */
  readonly millisecondsPerFace: number | null;
  readonly faces: number;
  readonly batch: number;
  readonly threads: number | null;
  readonly machine: string;
}

/** Everything that `report.json` holds. */
export interface Evaluation {
  readonly format: typeof EVALUATION_FORMAT;
  readonly model: ModelFacts;
  readonly suite: string;
  readonly date: string;
  readonly timing: Timing;
  readonly benchmarks: readonly BenchmarkResult[];
  /** Benchmarks of the suite whose data were not there. */
  readonly notFound: readonly string[];
}

export const EVALUATION_FORMAT = 'pocketnet-evaluation-1';

/**
 * Checks that a value read from JSON is an {@link Evaluation}, as far as a comparison needs it.
 *
 * @param where the file's name, for the message
 */
export function readEvaluation(value: unknown, where: string): Evaluation {
  const fault = evaluationFault(value);
  if (fault)
    throw new Error(`${where} is not a report of \`pocketnet evaluate --suite\`: ${fault}. Give its report.json.`);
  return value as Evaluation; // evaluationFault has looked at every field that is used
}

function evaluationFault(value: unknown): string | undefined {
  if (!isRecord(value)) return 'it holds no object';
  if (value.format !== EVALUATION_FORMAT)
    return `its format is ${JSON.stringify(value.format) ?? 'not said'} instead of ${EVALUATION_FORMAT}`;
  const { model, benchmarks, timing } = value;
  if (!isRecord(model) || typeof model.name !== 'string' || typeof model.file !== 'string') return 'it names no model';
  for (const key of ['bytes', 'parameters', 'macs', 'flops', 'dimension'])
    if (model[key] !== null && !isRate(model[key])) return `its model.${key} is no number`;
  if (!isRecord(timing) || (timing.millisecondsPerFace !== null && !isRate(timing.millisecondsPerFace)))
    return 'it has no timing';
  if (!Array.isArray(benchmarks)) return 'it has no list of benchmarks';
  for (const [i, benchmark] of benchmarks.entries()) {
    const place = `benchmark ${i + 1}`;
    if (!isRecord(benchmark) || typeof benchmark.name !== 'string' || typeof benchmark.title !== 'string')
      return `${place} has no name`;
    if (!Array.isArray(benchmark.metrics) || !benchmark.metrics.every(isMetric))
      return `the metrics of ${place} cannot be read`;
    const { curve, standsFor } = benchmark;
    if (standsFor !== undefined && !(isRecord(standsFor) && typeof standsFor.name === 'string'))
      return `standsFor of ${place} names nothing`;
    if (curve === undefined) continue;
    if (
      !isRecord(curve) ||
      !isRates(curve.far) ||
      !isRates(curve.tar) ||
      curve.far.length !== curve.tar.length ||
      curve.far.length === 0
    )
      return `the curve of ${place} cannot be read`;
    if (!isRate(curve.genuine) || !isRate(curve.impostor)) return `the curve of ${place} says no numbers of pairs`;
  }
  return undefined;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isRate = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0;
const isRates = (value: unknown): value is number[] => Array.isArray(value) && value.every(isRate);
const isMetric = (value: unknown): boolean =>
  isRecord(value) &&
  typeof value.name === 'string' &&
  typeof value.value === 'number' &&
  Number.isFinite(value.value) &&
  isInterval(value.interval);
const isInterval = (value: unknown): boolean =>
  value === null || (isRecord(value) && typeof value.low === 'number' && typeof value.high === 'number');

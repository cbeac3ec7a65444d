import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '@pocketnet/files/node';
import { checkConfig, type ExperimentConfig, readConfigFile } from '../config/index.js';
import type { Cost } from '../networks/index.js';
import { type Recipe, readMetrics, recipeDifferences, without } from '../runs/index.js';
import { hasCheckpoint } from '../runs/resumable.js';
import { backboneCost, type TrainResult } from '../train/index.js';
import type { Study, Trial } from './study.js';

/** What a finished trial came to. */
export interface TrialResult {
  arm: string;
  seed: number;
  steps: number;
  /** Accuracy on the first verification set at the end, and at best. */
  last: number;
  best: number;
  /** Of the held-out faces from the teachers' embeddings at the end; null where it was not measured. */
  distance: number | null;
  /** Accuracy at every evaluation. */
  curve: { step: number; accuracy: number }[];
}

const resultFile = 'result.json';

/** Kept when a training has come to its end: a study skips what has one. */
export function saveResult(folder: string, result: TrainResult): void {
  writeFileAtomic(join(folder, resultFile), `${JSON.stringify(result, null, 2)}\n`);
}

/** The resolved configuration that a trial is trained by, which lies in its folder from its begin. */
export const trialFile = (folder: string): string => join(folder, 'experiment.yaml');

/**
 * Refuses a study's folder whose trials, finished or begun, were trained by other configurations than the study's now: one table would mix them.
 *
 * @throws an Error that names each such trial and in what it differs
 */
export function refuseOtherTrials(out: string, trials: readonly Trial[]): void {
  const other = trials.flatMap(({ folder, experiment }) => {
    const path = join(out, folder);
    if (!isDone(path) && !hasCheckpoint(path)) return [];
    if (!existsSync(trialFile(path))) return [`${folder} does not say how it was trained (no experiment.yaml)`];
    const { portable } = checkConfig(readConfigFile(trialFile(path)), trialFile(path), { ...process.env, STUDY: out });
    const differences = recipeDifferences(recipeOf(portable), recipeOf(experiment.portable));
    return differences.size > 0 ? [`${folder}: ${[...differences.values()].join('; ')}`] : [];
  });
  if (other.length === 0) return;
  const list = other.map((line) => `\n  ${line}`).join('');
  throw new Error(
    `${out} holds trials of another configuration; a study compares what was trained alike:${list}\nStart a new folder.`,
  );
}

/** A configuration without what no number of a table follows from. How long trials train and what measures them is of it. */
const recipeOf = (config: ExperimentConfig): Recipe =>
  without(config as unknown as Recipe, [
    ...['threads', 'logEvery', 'checkpointEvery', 'keepCheckpoints'],
    ...['data.workers', 'data.resident'],
  ]);

export const isDone = (folder: string): boolean => existsSync(join(folder, resultFile));

/** The finished trials of a study. */
export function readResults(out: string, trials: readonly Trial[]): TrialResult[] {
  return trials.flatMap(({ arm, seed, folder }) => {
    const path = join(out, folder);
    if (arm === undefined || seed === undefined || !isDone(path)) return [];
    const {
      steps,
      last,
      best,
      distance = null,
    } = JSON.parse(readFileSync(join(path, resultFile), 'utf8')) as TrainResult;
    const [set] = Object.keys(last);
    if (set === undefined) throw new Error(`${path} was never evaluated: a study needs data.val.`);
    const curve = readMetrics(join(path, 'metrics.jsonl')).flatMap((line) =>
      line.set === set ? [{ step: line.step, accuracy: Number(line.accuracy) }] : [],
    );
    return [{ arm, seed, steps, last: last[set] ?? Number.NaN, best: best[set] ?? Number.NaN, distance, curve }];
  });
}

/** An arm over its seeds. */
export interface ArmSummary {
  arm: string;
  seeds: number[];
  last: Spread;
  best: Spread;
  /** Of the held-out faces from the teachers' embeddings, where every trial measured it. */
  distance?: Spread;
  /** What its network costs. */
  cost: Cost;
  /** Its last accuracy less that of the first arm, seed by seed; undefined for the first arm itself. */
  gain?: Spread;
}

/** Mean and standard deviation over the seeds (n − 1; 0 for one seed). */
export interface Spread {
  mean: number;
  std: number;
  values: number[];
}

/** Every arm that has results, in the study's order. */
export function summarise({ arms }: Study, trials: readonly Trial[], results: readonly TrialResult[]): ArmSummary[] {
  const [reference] = Object.keys(arms);
  const baseline = new Map(results.flatMap(({ arm, seed, last }) => (arm === reference ? [[seed, last]] : [])));
  return Object.keys(arms).flatMap((arm) => {
    const own = results.filter((result) => result.arm === arm).sort((a, b) => a.seed - b.seed);
    const trial = trials.find((each) => each.arm === arm);
    if (own.length === 0 || trial === undefined) return [];
    const gains = own.flatMap(({ seed, last }) => {
      const base = baseline.get(seed);
      return base === undefined ? [] : [last - base];
    });
    const distances = own.flatMap(({ distance }) => (distance === null ? [] : [distance]));
    return [
      {
        arm,
        seeds: own.map(({ seed }) => seed),
        last: spread(own.map(({ last }) => last)),
        best: spread(own.map(({ best }) => best)),
        ...(distances.length === own.length && { distance: spread(distances) }),
        cost: backboneCost(trial.experiment.config),
        ...(arm !== reference && gains.length > 0 && { gain: spread(gains) }),
      },
    ];
  });
}

function spread(values: number[]): Spread {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, std: values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0, values };
}

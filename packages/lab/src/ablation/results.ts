import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '@pocketnet/files/node';
import { checkConfig, type ExperimentConfig, readConfigFile } from '../config/index.js';
import type { Cost } from '../networks/index.js';
import { type Recipe, readMetrics, recipeDifferences, without } from '../runs/index.js';
import { hasCheckpoint } from '../runs/resumable.js';
import { checkSearch, type SearchConfig } from '../search/schema.js';
import { findGenotype } from '../search-space/find-genotype.js';
import { writeGenotype } from '../search-space/genotype-text.js';
import { backboneCost, type TrainResult } from '../train/index.js';
import type { SearchTrial, Study, Trial } from './study.js';

/** What a finished trial came to. */
export interface TrialResult {
  arm: string;
  seed: number;
  steps: number;
  /** Accuracy on the first verification set at the end, and at best. */
  last: number;
  best: number;
  /** TAR at FAR 1e-2 on that set at the end; null of trainings before December 2026. */
  tar: number | null;
  /** Of the held-out faces from the teachers' embeddings at the end; null where it was not measured. */
  distance: number | null;
  /** Accuracy at every evaluation. */
  curve: { step: number; accuracy: number }[];
}

const resultFile = 'result.json';

/** Kept when a training has come to its end: a study skips what has one. With the text of its cells, which a file may have told it. */
export function saveResult(folder: string, result: TrainResult, { experiment }: Trial): void {
  const genotype = cellsOf(experiment.config);
  writeFileAtomic(join(folder, resultFile), `${JSON.stringify({ ...result, genotype }, null, 2)}\n`);
}

/** The cells that a trial is trained with, as text; undefined where its network says them. */
const cellsOf = ({ genotype }: ExperimentConfig): string | undefined =>
  genotype === undefined ? undefined : writeGenotype(findGenotype(genotype));

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
    if (differences.size > 0) return [`${folder}: ${[...differences.values()].join('; ')}`];
    const trained = isDone(path) ? readResult(path).genotype : undefined;
    return trained !== undefined && trained !== cellsOf(experiment.config)
      ? [`${folder}: ${experiment.config.genotype} holds other cells than it did`]
      : [];
  });
  refuse(out, other);
}

/**
 * Refuses a study's folder whose searches, finished or begun, were made by other configurations than the study's now: their cells would be taken
 * for those of these.
 *
 * @throws an Error that names each such search and in what it differs
 */
export function refuseOtherSearches(out: string, searches: readonly SearchTrial[]): void {
  const other = searches.flatMap(({ folder, search }) => {
    const path = join(out, folder, 'config.yaml');
    if (!existsSync(path)) return [];
    const { portable } = checkSearch(readConfigFile(path), path);
    const differences = recipeDifferences(searchRecipe(portable), searchRecipe(search.portable));
    return differences.size > 0 ? [`${folder}: ${[...differences.values()].join('; ')}`] : [];
  });
  refuse(out, other);
}

/** @param other a line for each that is of another configuration */
function refuse(out: string, other: readonly string[]): void {
  if (other.length === 0) return;
  const list = other.map((line) => `\n  ${line}`).join('');
  throw new Error(
    `${out} holds trials of another configuration; a study compares what was trained alike:${list}\nStart a new folder.`,
  );
}

/** A search's configuration without what no cells follow from. */
const searchRecipe = (config: SearchConfig): Recipe =>
  without(config as unknown as Recipe, ['threads', 'logEvery', 'checkpointEvery', 'data.workers', 'teacher.cache']);

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
    const { steps, last, best, distance = null } = readResult(path);
    const [set] = Object.keys(last);
    if (set === undefined) throw new Error(`${path} was never evaluated: a study needs data.val.`);
    const measured = readMetrics(join(path, 'metrics.jsonl')).filter((line) => line.set === set);
    const curve = measured.map(({ step, accuracy }) => ({ step, accuracy: Number(accuracy) }));
    const tar = measured.at(-1)?.['tarAtFar1e-2'];
    return [
      {
        ...{ arm, seed, steps, last: last[set] ?? Number.NaN, best: best[set] ?? Number.NaN },
        ...{ tar: tar === undefined ? null : Number(tar), distance, curve },
      },
    ];
  });
}

const readResult = (folder: string): TrainResult & { genotype?: string } =>
  JSON.parse(readFileSync(join(folder, resultFile), 'utf8'));

/** An arm over its seeds. */
export interface ArmSummary {
  arm: string;
  seeds: number[];
  last: Spread;
  best: Spread;
  /** TAR at FAR 1e-2, where every trial measured it. */
  tar?: Spread;
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
    const tars = own.flatMap(({ tar }) => (tar === null ? [] : [tar]));
    return [
      {
        arm,
        seeds: own.map(({ seed }) => seed),
        last: spread(own.map(({ last }) => last)),
        best: spread(own.map(({ best }) => best)),
        ...(tars.length === own.length && { tar: spread(tars) }),
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

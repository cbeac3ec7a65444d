import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type ProcessGroup, saveTensors } from '@pocketnet/torch';
import { type LoadedConfig, saveConfig } from '../config/index.js';
import { epochName } from '../distill/index.js';
import { outsideOf, recipeDigest } from '../runs/index.js';
import { isStopAsked, type ResumableOptions, resumable, saveCheckpoint } from '../runs/resumable.js';
import { Lessons } from './lesson.js';
import { openRun } from './open-run.js';
import { TrainRecord } from './record.js';
import { trainStep } from './step.js';

/** A signal while a teacher looks at the images ends the run at once, with an AbortError. */
export type TrainOptions = ResumableOptions;

export interface TrainResult {
  steps: number;
  /** Mean loss since the last log line but one; null before the first. */
  loss: number | null;
  /** Last and best accuracy of every verification set. */
  last: Record<string, number>;
  best: Record<string, number>;
  bestStep: number;
  /** Last distance of the held-out faces from the teachers' embeddings; null where none is measured. */
  distance: number | null;
  interrupted: boolean;
  /** Bad images that the first process met and skipped: `data.onBadImage`. */
  skipped: number;
  /** Digest of all that its numbers follow from, which its weights' files say too. */
  recipe: string;
}

/**
 * Trains a network as a configuration says. Writes into the run's folder: config.yaml, training.log, metrics.jsonl, TensorBoard
 * events, last.safetensors, best.safetensors and checkpoint.safetensors, from which a killed run resumes to the same numbers.
 *
 * Where the environment says that this is one of several processes (docs/distributed.md), they train together: each on its part of every
 * step's images, with the mean of their gradients. The first one measures and writes; all of them read the run's folder.
 */
export const train = (loaded: LoadedConfig, options: TrainOptions): Promise<TrainResult> =>
  resumable('run', loaded, options, trainAsRank);

async function trainAsRank(
  group: ProcessGroup,
  { config, portable }: LoadedConfig,
  resumed: boolean,
  { out, signal, change, ...options }: TrainOptions,
): Promise<TrainResult> {
  const isFirst = group.rank === 0;
  const quiet = !isFirst || (options.quiet ?? false);
  const run = await openRun(config, { out, resumed, change, group, quiet, ...(signal && { signal }) });
  const { loader, validation, totalSteps, backbone, head, projector, optimizers } = run;
  const { heldOut, rate, terms, targets, replicas, position, embedder, about, average } = run;
  const record = isFirst ? new TrainRecord(out, config, run, { resumed, quiet }) : undefined;
  if (isFirst) {
    clearPartials(out);
    saveConfig(join(out, 'config.yaml'), portable);
  }
  const saveWeights = (name: string): void => {
    if (!isFirst) return;
    const state = average?.stateDict() ?? backbone.stateDict();
    saveTensors(join(out, `${name}.safetensors`), state, { ...about, step: String(position.step) });
  };
  // The checkpoint comes last: what it says was reached is there, and a run killed before it does the rest again.
  const save = (): void =>
    outsideOf(record, () => {
      record?.sync();
      saveWeights('last');
      if (config.keepCheckpoints && isFirst) {
        saveWeights(keptName(position.step));
        pruneKept(out, config.keepCheckpoints);
      }
      saveCheckpoint(out, run, position);
    });

  const validate = (): Promise<void> => (average ? average.during(measure) : measure());
  const measure = async (): Promise<void> => {
    for (const [i, set] of isFirst ? validation.entries() : []) {
      const measured = await set.measure(embedder);
      const { accuracy } = measured.report;
      const better = accuracy > (position.best[set.name] ?? Number.NEGATIVE_INFINITY);
      if (better) position.best[set.name] = accuracy;
      record?.verification(set.name, measured, position.best[set.name] ?? accuracy);
      if (better && i === 0) {
        position.bestStep = position.step;
        saveWeights('best');
      }
    }
    const distance = await heldOut?.distance(embedder);
    if (distance !== undefined) record?.heldOut(distance);
    group.barrier();
  };

  const { mixup: alpha } = config.data;
  const lessons = new Lessons(targets, { alpha, seed: config.seed, unmixedTargets: head?.observesTargets ?? false });

  // The loop. A step's stations: the loader's batch (batches/, @pocketnet/data) → its lesson, after mixup and with the teachers' targets
  // (lesson.ts, distill/) → forward, the loss's terms (objective.ts, heads/, distill/losses.ts), backward, the mean over the processes, the
  // guard (nan-guard.ts) and the update, all in step.ts, by optimizers.ts → the moving average (weight-average.ts) → the log (record.ts) →
  // now and then a measurement (validation.ts) and a checkpoint (checkpoint.ts). open-run.ts has opened what they work with.
  let interrupted = false;
  try {
    if (!resumed) {
      if (config.evalAtStart) await validate();
      save();
    }
    training: while (position.step < totalSteps) {
      await targets?.beginEpoch(position.epoch);
      if (targets) record?.teacher(targets.stagesOf(position.epoch));
      for await (const batch of loader.epoch(position.epoch, position.batch)) {
        const lr = rate({ epoch: position.epoch, step: position.step });
        for (const parameters of [...optimizers.backbone.groups, ...optimizers.head.groups]) parameters.lr = lr;
        record?.skipped(batch.skipped);
        const outcome = trainStep(config, run, await lessons.of(batch, position.step));
        batch.release();
        average?.update(position.step + 1);
        position.step++;
        position.batch++;
        const epochEnds = position.batch === loader.batchesPerEpoch;
        const done = position.step === totalSteps;
        record?.step({ ...outcome, lr, terms: terms.map((term) => term.name) });
        // An epoch that the run ends amid counts: the last stage of a teacher is the finished one.
        if (config.keepEpochs && (epochEnds || done))
          outsideOf(record, () => saveWeights(epochName(position.epoch + 1)));
        if (epochEnds) Object.assign(position, { epoch: position.epoch + 1, batch: 0 });
        if (position.step % config.evalEvery === 0 || done) await validate();
        interrupted = !done && (await isStopAsked(group, signal));
        if (position.step % config.checkpointEvery === 0 || done || interrupted) save();
        if (done || interrupted) break training;
      }
    }
  } finally {
    await run.close();
    replicas.close();
    for (const module of [backbone, head, projector, average]) module?.dispose();
    record?.close();
  }
  const { lastLoss, last, best, bestStep, distance } = position;
  return {
    steps: position.step,
    loss: lastLoss,
    last,
    best,
    bestStep,
    distance,
    interrupted,
    skipped: record?.bad ?? 0,
    recipe: recipeDigest(run.recipe),
  };
}

/** Weights kept along the way: `step-00001000.safetensors`. */
const keptName = (step: number): string => `step-${String(step).padStart(8, '0')}`;

/** Deletes the oldest kept weights beyond a number. */
function pruneKept(folder: string, most: number): void {
  const kept = readdirSync(folder)
    .filter((name) => /^step-\d{8,}\.safetensors$/.test(name))
    .sort();
  for (const name of kept.slice(0, Math.max(0, kept.length - most))) rmSync(join(folder, name));
}

/** Deletes the half-written files (`.last.safetensors.123.ab.partial`) that a killed run has left. */
function clearPartials(folder: string): void {
  for (const name of readdirSync(folder)) if (/^\..+\.partial$/.test(name)) rmSync(join(folder, name));
}

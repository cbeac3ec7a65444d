import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { autocast, backward, fromArray, ops, optim, saveTensors, scope, type Tensor } from '@pocketnet/torch';
import { type LoadedConfig, saveConfig } from '../config/index.js';
import { epochName } from '../distill/index.js';
import { hasCheckpoint, saveCheckpoint } from './checkpoint.js';
import { clearPartials, keptName, pruneKept } from './kept.js';
import { type Lesson, prepareLesson } from './lesson.js';
import { guardFinite } from './nan-guard.js';
import { openRun } from './open-run.js';
import { baseLearningRate } from './optimizers.js';
import { RunRecord } from './record.js';

export interface TrainOptions {
  /** The run's folder. */
  out: string;
  /** Go on from the folder's checkpoint; without one, start. */
  resume?: boolean;
  /** Ends the run after the step at hand, with a checkpoint. */
  signal?: AbortSignal;
  /** Silences the progress line. */
  quiet?: boolean;
}

export interface TrainResult {
  steps: number;
  /** Mean loss since the last log line but one; null before the first. */
  loss: number | null;
  /** Last and best accuracy of every verification set. */
  last: Record<string, number>;
  best: Record<string, number>;
  bestStep: number;
  interrupted: boolean;
}

/**
 * Trains a network as a configuration says. Writes into the run's folder: config.yaml, training.log, metrics.jsonl, TensorBoard
 * events, last.safetensors, best.safetensors and checkpoint.safetensors, from which a killed run resumes to the same numbers.
 */
export async function train({ config, portable }: LoadedConfig, options: TrainOptions): Promise<TrainResult> {
  const { out, resume = false, signal, quiet = false } = options;
  if (!resume && hasCheckpoint(out))
    throw new Error(`${out} holds a run already: pass --resume to go on with it, or name another folder.`);

  mkdirSync(out, { recursive: true });
  const run = await openRun(config, out, quiet);
  const { loader, validation, totalSteps, backbone, head, projector, optimizers } = run;
  const { schedule, terms, targets, position, embedder, about } = run;
  const { size } = config.data;
  clearPartials(out);
  saveConfig(join(out, 'config.yaml'), portable);
  const record = new RunRecord(out, {
    config,
    totalSteps,
    position,
    resumed: hasCheckpoint(out),
    source: loader.source,
    quiet,
  });
  const compute = <T>(body: () => T): T =>
    config.precision === 'bf16' ? autocast(config.device === 'cpu' ? 'cpu' : 'cuda', body) : body();
  const saveWeights = (name: string): void =>
    saveTensors(join(out, `${name}.safetensors`), backbone.stateDict(), { ...about, step: String(position.step) });
  // The checkpoint comes last: what it says was reached is there, and a run killed before it does the rest again.
  const save = (): void => {
    record.sync();
    saveWeights('last');
    if (config.keepCheckpoints) {
      saveWeights(keptName(position.step));
      pruneKept(out, config.keepCheckpoints);
    }
    saveCheckpoint(out, run, position);
  };

  /** One step: forward, loss, backward, clip, update. */
  const step = ({ images, count, views }: Lesson): { losses: number[]; loss: number; gradNorm: number } =>
    scope(() => {
      const onDevice = (values: Float32Array, shape: number[]): Tensor =>
        ops.toDevice(fromArray(values, shape), config.device, 'float32');
      const input = ops.permute(onDevice(images, [count, size, size, 3]), [0, 3, 1, 2]);
      const embeddings = ops.toDtype(
        compute(() => backbone.forward(input)),
        'float32',
      );
      const lost = terms.map((term) => {
        const parts = views.flatMap(({ share, labels, targets: wanted }) => {
          const targets = wanted && { targets: onDevice(wanted, [count, wanted.length / count]) };
          const value = term.value({ embeddings, labels, ...targets });
          return value === undefined ? [] : [ops.mulScalar(value, share)];
        });
        return parts.length === 0 ? undefined : parts.reduce((sum, part) => ops.add(sum, part));
      });
      const total = lost.filter((value) => value !== undefined).reduce((sum, value) => ops.add(sum, value));
      optimizers.backbone.zeroGrad();
      optimizers.head.zeroGrad();
      backward(total);
      const gradNorm = optim.clipGradNorm(backbone.parameters(), config.clip);
      const losses = lost.map((value) => value?.item() ?? 0);
      const loss = total.item();
      guardFinite({ step: position.step + 1, loss, gradNorm, input, backbone, head });
      optimizers.backbone.step();
      optimizers.head.step();
      return { losses, loss, gradNorm };
    });

  const validate = async (): Promise<void> => {
    for (const [i, set] of validation.entries()) {
      const measured = await set.measure(embedder);
      const { accuracy } = measured.report;
      const better = accuracy > (position.best[set.name] ?? Number.NEGATIVE_INFINITY);
      if (better) position.best[set.name] = accuracy;
      record.verification(set.name, measured, position.best[set.name] ?? accuracy);
      if (better && i === 0) {
        position.bestStep = position.step;
        saveWeights('best');
      }
    }
  };

  // the loop
  let interrupted = false;
  try {
    if (!hasCheckpoint(out)) {
      if (config.evalAtStart) await validate();
      save();
    }
    training: while (position.step < totalSteps) {
      await targets?.beginEpoch(position.epoch);
      for await (const batch of loader.epoch(position.epoch, position.batch)) {
        const lr = baseLearningRate(config) * schedule({ epoch: position.epoch, step: position.step });
        for (const group of [...optimizers.backbone.groups, ...optimizers.head.groups]) group.lr = lr;
        const outcome = step(
          await prepareLesson(batch, targets, { alpha: config.data.mixup, seed: config.seed }, position.step),
        );
        batch.release();
        position.step++;
        position.batch++;
        if (position.batch === loader.batchesPerEpoch) {
          Object.assign(position, { epoch: position.epoch + 1, batch: 0 });
          if (config.keepEpochs) saveWeights(epochName(position.epoch));
        }
        record.step({ ...outcome, lr, terms: terms.map((term) => term.name) });
        const done = position.step === totalSteps;
        if (position.step % config.evalEvery === 0 || done) await validate();
        await setImmediate(); // batches that are ready follow one another without it, and no Ctrl-C would ever come in
        interrupted = !done && (signal?.aborted ?? false);
        if (position.step % config.checkpointEvery === 0 || done || interrupted) save();
        if (done || interrupted) break training;
      }
    }
  } finally {
    await run.close();
    for (const module of [backbone, head, ...(projector ? [projector] : [])]) module.dispose();
    record.close();
  }
  const { lastLoss, last, best, bestStep } = position;
  return { steps: position.step, loss: lastLoss, last, best, bestStep, interrupted };
}

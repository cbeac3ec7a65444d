import { join } from 'node:path';
import type { LoadedSource, SkippedImage } from '@pocketnet/data';
import type { VerificationReport } from '@pocketnet/evaluate';
import type { ExperimentConfig } from '../config/index.js';
import { MetricsWriter, type Progress, startProgress, TensorBoardWriter, TrainingLog } from '../runs/index.js';
import type { Position } from './checkpoint.js';

export interface RunRecordOptions {
  config: ExperimentConfig;
  totalSteps: number;
  /** Shared with the loop: the record adds the losses since the last line to it, since a resumed run goes on with them. */
  position: Position;
  /** Whether the run goes on from a checkpoint. */
  resumed: boolean;
  source: LoadedSource;
  /** Processes that train together: a step has a batch of each. */
  processes: number;
  quiet: boolean;
}

/** What one step tells. */
export interface StepOutcome {
  loss: number;
  /** The loss' terms, weighted, and their names. */
  losses: readonly number[];
  terms: readonly string[];
  gradNorm: number;
  lr: number;
}

/** Everything that a run writes about itself: log, metrics, TensorBoard, progress. */
export class RunRecord {
  readonly #log: TrainingLog;
  readonly #metrics: MetricsWriter;
  readonly #board: TensorBoardWriter;
  readonly #progress: Progress | undefined;
  readonly #options: RunRecordOptions;
  #since: { time: number; step: number };

  constructor(out: string, options: RunRecordOptions) {
    const { config, totalSteps, position, source, processes, quiet } = options;
    const resumed = options.resumed ? position.step : undefined;
    this.#options = options;
    this.#log = new TrainingLog(join(out, 'training.log'));
    this.#metrics = new MetricsWriter(join(out, 'metrics.jsonl'), resumed);
    this.#board = new TensorBoardWriter(out, resumed === undefined ? {} : { resumedStep: resumed });
    this.#progress = quiet
      ? undefined
      : startProgress({ label: config.name ?? config.network, total: totalSteps, start: position.step, unit: 'steps' });
    this.#since = { time: performance.now(), step: position.step };
    this.#log.message(
      `${resumed === undefined ? 'Started' : `Resumed at step ${resumed}`}: ${config.network} on ${source.name}, ` +
        `${source.length} images of ${source.identities} identities, batch ${config.batch}${processes > 1 ? ` x ${processes} processes` : ''}, ${totalSteps} steps, seed ${config.seed}`,
    );
    for (const said of source.notes ?? []) this.#say(said);
  }

  readonly #bad = new Set<number>();

  /** Called with the images of a batch that were bad: each is named once, with how many there have been. */
  skipped(images: readonly SkippedImage[]): void {
    for (const { index, reason } of images) {
      if (this.#bad.has(index)) continue;
      this.#bad.add(index);
      this.#say(`Skipped, ${this.#bad.size} so far: ${reason}`);
    }
  }

  /** How many images have been skipped. */
  get bad(): number {
    return this.#bad.size;
  }

  #say(text: string): void {
    this.#log.message(text);
    this.#progress?.note(text);
  }

  /** Called after every step. */
  step(outcome: StepOutcome): void {
    const { position, totalSteps, config, processes } = this.#options;
    position.lossSum += outcome.loss;
    position.lossCount++;
    this.#progress?.update(position.step, { loss: position.lossSum / position.lossCount });
    if (position.step % config.logEvery !== 0 && position.step !== totalSteps) return;
    const seconds = (performance.now() - this.#since.time) / 1000;
    const steps = position.step - this.#since.step;
    const speed = (steps * config.batch * processes) / seconds;
    position.lastLoss = position.lossSum / position.lossCount;
    const hours = ((totalSteps - position.step) * seconds) / steps / 3600;
    this.#log.training({
      speed,
      loss: position.lastLoss,
      learningRate: outcome.lr,
      epoch: position.epoch,
      step: position.step,
      hours,
    });
    const terms = Object.fromEntries(outcome.terms.map((term, i) => [`loss.${term}`, outcome.losses[i] ?? Number.NaN]));
    this.#metrics.write({
      step: position.step,
      epoch: position.epoch,
      loss: position.lastLoss,
      ...terms,
      lr: outcome.lr,
      gradNorm: outcome.gradNorm,
      speed,
    });
    for (const [tag, value] of Object.entries({
      loss: position.lastLoss,
      lr: outcome.lr,
      gradNorm: outcome.gradNorm,
      speed,
    })) {
      this.#board.scalar(`train/${tag}`, value, position.step);
    }
    this.#board.flush();
    position.lossSum = 0;
    position.lossCount = 0;
    this.restartClock();
  }

  /** Called when an epoch begins that learns from teachers. @param stages their numbers */
  teacher(stages: readonly number[]): void {
    const { config, position } = this.#options;
    if (config.teacher?.stages === 'last' && position.epoch > 0) return;
    this.#log.message(`Epoch ${position.epoch} learns from stage ${stages.join(', ')} of its teacher`);
  }

  verification(set: string, { report, xNorm }: { report: VerificationReport; xNorm: number }, highest: number): void {
    const { step, last } = this.#options.position;
    last[set] = report.accuracy;
    this.#log.verification({ set, step, xNorm, accuracy: report.accuracy, accuracyStd: report.accuracyStd, highest });
    this.#metrics.write({
      step,
      set,
      accuracy: report.accuracy,
      accuracyStd: report.accuracyStd,
      'valAtFar1e-3': report.val.val,
    });
    this.#board.scalar(`${set}/accuracy`, report.accuracy, step);
    this.#board.flush();
    this.#progress?.note(
      `${set} after ${step} steps: ${(100 * report.accuracy).toFixed(2)} ± ${(100 * report.accuracyStd).toFixed(2)} %`,
    );
    this.restartClock();
  }

  /** Does what the speed is not about, such as a checkpoint. */
  outside(body: () => void): void {
    const begun = performance.now();
    body();
    this.#since.time += performance.now() - begun;
  }

  /** The time of an evaluation does not count as training. */
  restartClock(): void {
    this.#since = { time: performance.now(), step: this.#options.position.step };
  }

  sync(): void {
    this.#metrics.sync();
  }

  close(): void {
    this.#progress?.finish();
    this.#log.close();
    this.#metrics.close();
    this.#board.close();
  }
}

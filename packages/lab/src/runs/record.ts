import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Progress, startProgress } from 'pocketnet/progress';
import { MetricsWriter } from './metrics.js';
import { TensorBoardWriter } from './tensorboard.js';
import { TrainingLog } from './training-log.js';

export interface RecordOptions {
  /** What progress is called. */
  label: string;
  /** What is done on what, for the log's first line. */
  about: string;
  config: { batch: number; seed: number; logEvery: number };
  /** Processes that work together: a step has a batch of each. */
  group: { size: number };
  /** Batches of a process' step. */
  batches?: number;
  totalSteps: number;
  /** Shared with the loop, which counts its steps in it. */
  position: { step: number; epoch: number };
  /** Whether the work goes on from a checkpoint, and with which changes to its recipe. */
  resumed: boolean;
  changed: readonly string[];
  quiet: boolean;
}

/** What long work writes about itself while it goes on, whatever it is: log, metrics, TensorBoard, progress. */
export class RunRecord {
  protected readonly log: TrainingLog;
  protected readonly metrics: MetricsWriter;
  protected readonly board: TensorBoardWriter;
  protected readonly progress: Progress | undefined;
  #since: { time: number; step: number };

  constructor(
    readonly out: string,
    protected readonly options: RecordOptions,
  ) {
    const { label, about, config, group, totalSteps, position, resumed, changed, quiet } = options;
    const { step } = position;
    mkdirSync(out, { recursive: true });
    this.log = new TrainingLog(join(out, 'training.log'));
    this.metrics = new MetricsWriter(join(out, 'metrics.jsonl'), resumed ? step : undefined);
    this.board = new TensorBoardWriter(out, resumed ? { resumedStep: step } : {});
    this.progress = quiet ? undefined : startProgress({ label, total: totalSteps, start: step, unit: 'steps' });
    this.#since = { time: performance.now(), step };
    this.log.message(
      `${resumed ? `Resumed at step ${step}` : 'Started'}: ${about}, ` +
        `batch ${config.batch}${group.size > 1 ? ` x ${group.size} processes` : ''}, ${totalSteps} steps, seed ${config.seed}`,
    );
    if (changed.length > 0) this.say(`From step ${step} on: ${changed.join('; ')}`);
  }

  /** A line for the log that progress shows too. */
  say(text: string): void {
    this.log.message(text);
    this.progress?.note(text);
  }

  /** Whether this step is one that the log has a line about: every `logEvery`-th, and the last. */
  protected get isLogged(): boolean {
    const { position, totalSteps, config } = this.options;
    return position.step % config.logEvery === 0 || position.step === totalSteps;
  }

  /** Logs the steps since the last line. @returns their speed in images a second */
  protected logSteps(loss: number, learningRate: number): number {
    const { position, totalSteps, config, group, batches = 1 } = this.options;
    const seconds = (performance.now() - this.#since.time) / 1000;
    const steps = position.step - this.#since.step;
    const speed = (steps * batches * config.batch * group.size) / seconds;
    const hours = ((totalSteps - position.step) * seconds) / steps / 3600;
    this.log.training({ speed, loss, learningRate, epoch: position.epoch, step: position.step, hours });
    this.restartClock();
    return speed;
  }

  /** Values for TensorBoard under `group/`, at the step at hand. */
  protected scalars(group: string, values: Readonly<Record<string, number>>): void {
    for (const [tag, value] of Object.entries(values))
      this.board.scalar(`${group}/${tag}`, value, this.options.position.step);
    this.board.flush();
  }

  /** Does what the speed is not about, such as a checkpoint. */
  outside(body: () => void): void {
    const begun = performance.now();
    body();
    this.#since.time += performance.now() - begun;
  }

  /** The time of an evaluation does not count as training. */
  restartClock(): void {
    this.#since = { time: performance.now(), step: this.options.position.step };
  }

  /** Brings the metrics to the disk: the file never lacks a step that a checkpoint has. */
  sync(): void {
    this.metrics.sync();
  }

  close(): void {
    this.progress?.finish();
    this.log.close();
    this.metrics.close();
    this.board.close();
  }
}

/** Does what the speed of a record is not about, where this process keeps one. */
export const outsideOf = (record: RunRecord | undefined, body: () => void): void =>
  record ? record.outside(body) : body();

import type { SkippedImage } from '@pocketnet/data';
import type { ExperimentConfig } from '../config/index.js';
import { RunRecord } from '../runs/index.js';
import type { OpenRun } from './open-run.js';
import type { Measured } from './validation.js';

/** What one step tells. */
export interface StepOutcome {
  loss: number;
  /** The loss' terms, weighted, and their names. */
  losses: readonly number[];
  terms: readonly string[];
  gradNorm: number;
  lr: number;
}

/** Of a run, what its record tells about. */
type RecordedRun = Pick<OpenRun, 'totalSteps' | 'position' | 'changed'> & {
  loader: { source: Pick<OpenRun['loader']['source'], 'name' | 'length' | 'identities' | 'notes'> };
  group: { size: number };
};

/** What a training writes about itself. */
export class TrainRecord extends RunRecord {
  readonly #bad = new Set<number>();
  readonly #position: OpenRun['position'];

  constructor(
    out: string,
    readonly config: ExperimentConfig,
    { loader: { source }, ...run }: RecordedRun,
    how: { resumed: boolean; quiet: boolean },
  ) {
    const { network, name: label = network } = config;
    const about = `${network} on ${source.name}, ${source.length} images of ${source.identities} identities`;
    super(out, { ...run, ...how, label, about, config });
    this.#position = run.position;
    for (const said of source.notes ?? []) this.say(said);
  }

  /** Called with the images of a batch that were bad: each is named once, with how many there have been. */
  skipped(images: readonly SkippedImage[]): void {
    for (const { index, reason } of images) {
      if (this.#bad.has(index)) continue;
      this.#bad.add(index);
      this.say(`Skipped, ${this.#bad.size} so far: ${reason}`);
    }
  }

  /** How many images have been skipped. */
  get bad(): number {
    return this.#bad.size;
  }

  /** Called after every step. */
  step(outcome: StepOutcome): void {
    const position = this.#position;
    position.lossSum += outcome.loss;
    position.lossCount++;
    this.progress?.update(position.step, { loss: position.lossSum / position.lossCount });
    if (!this.isLogged) return;
    const loss = position.lossSum / position.lossCount;
    const { lr, gradNorm } = outcome;
    const values = { loss, lr, gradNorm, speed: this.logSteps(loss, lr) };
    const terms = Object.fromEntries(outcome.terms.map((term, i) => [`loss.${term}`, outcome.losses[i] ?? Number.NaN]));
    this.metrics.write({ step: position.step, epoch: position.epoch, ...values, ...terms });
    this.scalars('train', values);
    Object.assign(position, { lastLoss: loss, lossSum: 0, lossCount: 0 });
  }

  /** Called when an epoch begins that learns from teachers. @param stages their numbers */
  teacher(stages: readonly number[]): void {
    const { epoch } = this.#position;
    if (this.config.teacher?.stages === 'last' && epoch > 0) return;
    this.log.message(`Epoch ${epoch} learns from stage ${stages.join(', ')} of its teacher`);
  }

  /** @param distance of the held-out faces from the teachers' embeddings */
  heldOut(distance: number): void {
    const { step } = this.#position;
    this.#position.distance = distance;
    this.metrics.write({ step, kind: 'held-out', distance });
    this.scalars('held-out', { distance });
    this.say(`Held-out faces after ${step} steps: a distance of ${distance.toFixed(4)} from the teacher`);
    this.restartClock();
  }

  verification(set: string, { report, tar, xNorm }: Measured, highest: number): void {
    const { step, last } = this.#position;
    last[set] = report.accuracy;
    this.log.verification({ set, step, xNorm, accuracy: report.accuracy, accuracyStd: report.accuracyStd, highest });
    this.metrics.write({
      step,
      set,
      accuracy: report.accuracy,
      accuracyStd: report.accuracyStd,
      'tarAtFar1e-2': tar,
      'valAtFar1e-3': report.val.val,
    });
    this.scalars(set, { accuracy: report.accuracy });
    this.progress?.note(
      `${set} after ${step} steps: ${(100 * report.accuracy).toFixed(2)} ± ${(100 * report.accuracyStd).toFixed(2)} %`,
    );
    this.restartClock();
  }
}

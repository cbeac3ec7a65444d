import { type RecordOptions, RunRecord } from '../runs/index.js';

/** What a search writes while only weights learn, be it of a shared network or of candidates. */
export class WeightsRecord extends RunRecord {
  constructor(
    out: string,
    config: { batch: number; seed: number; logEvery: number },
    run: Omit<RecordOptions, 'about' | 'config'> & { source: { name: string; length: number } },
  ) {
    const { name, length } = run.source;
    super(out, { ...run, config, about: `search on ${name}, ${length} images in the weights' half` });
  }

  step({ loss, gradNorm }: { loss: number; gradNorm: number }, lr: number): void {
    const { step, epoch } = this.options.position;
    this.progress?.update(step, { loss });
    if (!this.isLogged) return;
    const values = { trainLoss: loss, gradNorm, lr, speed: this.logSteps(loss, lr) };
    this.metrics.write({ step, epoch, kind: 'search', ...values });
    this.scalars('search', values);
  }
}

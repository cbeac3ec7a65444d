import type { RunningModel } from './runner.js';
import { RUNNERS, type RunnerName } from './runners/index.js';

/** A model, what runs it, and on how many threads. */
export interface BenchCase {
  /** Path of an ONNX file that takes one input of float32. */
  readonly model: string;
  readonly runtime: RunnerName;
  readonly threads: number;
}

export interface BenchOptions {
  /** Turns that each case has, 10 unless said, and runs of one image that count in a turn, 10. */
  readonly rounds?: number;
  readonly runs?: number;
  /** Images at once for the throughput, 16 unless said; of models with a fixed batch it is that of one at a time. */
  readonly batch?: number;
  readonly onProgress?: (done: number, of: number) => void;
  /** Told of a case that cannot be run, which is then left out; without it the first one ends the whole bench. */
  readonly onFailure?: (bench: BenchCase, error: Error) => void;
}

/** What one model cost where it was run. */
export interface BenchResult extends BenchCase {
  /** Milliseconds of one image: half and 95 % of the runs took no longer. */
  readonly p50: number;
  readonly p95: number;
  /** Milliseconds of the fastest run: what the other work of a machine has changed least. */
  readonly min: number;
  /** Images a second. */
  readonly perSecond: number;
  /** Most memory that a process with this model alone has held, Node's or the browser page's own included; NaN: unknown. */
  readonly peakBytes: number;
  readonly runs: number;
  /** Median of each turn, in milliseconds: the turns of two cases stand beside one another, for ratios in pairs. */
  readonly turns: readonly number[];
}

interface Open {
  readonly bench: BenchCase;
  readonly running: RunningModel;
  /** Of each turn, sorted. */
  readonly turns: number[][];
  peakBytes: number;
  perSecond: number;
}

/**
 * Runs models in turns, each in a process of its own, so that a slow minute of the machine slows all and none uses the other's memory.
 * @throws an Error that names the model and the runtime that could not run it, unless `onFailure` takes it
 */
export async function benchModels(cases: readonly BenchCase[], options: BenchOptions = {}): Promise<BenchResult[]> {
  const { rounds = 10, runs = 10, batch = 16, onProgress, onFailure } = options;
  const open: Open[] = [];
  /** The work's result; undefined where it failed, and the case is out of the bench. */
  const trying = async <T>(bench: BenchCase, work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await about(bench, work());
    } catch (error) {
      if (!onFailure) throw error;
      onFailure(bench, error as Error); // about() throws nothing else
      const failed = open.find((each) => each.bench === bench);
      if (failed) open.splice(open.indexOf(failed), 1);
      await failed?.running.close();
      return undefined;
    }
  };
  try {
    for (const bench of cases) {
      const running = await trying(bench, () => RUNNERS[bench.runtime].start(bench.model, bench.threads));
      if (running) open.push({ bench, running, turns: [], peakBytes: Number.NaN, perSecond: Number.NaN });
    }
    const total = cases.length * (rounds + 1);
    let done = 0;
    for (let round = 0; round < rounds; round++)
      for (const { bench, running, turns } of [...open]) {
        const turn = await trying(bench, () => running.run({ runs, batch: 1 }));
        if (turn) turns.push(turn.sort((a, b) => a - b));
        onProgress?.(++done, total);
      }
    for (const each of [...open]) {
      const { bench, running } = each;
      const images = running.openBatch ? batch : 1;
      const told = await trying(bench, async () => {
        const peakBytes = await running.peakBytes(); // of one image at a time
        return { peakBytes, perSecond: (1000 * images) / Math.min(...(await running.run({ runs: 3, batch: images }))) };
      });
      Object.assign(each, told);
      onProgress?.(++done, total);
    }
    return open.map(({ bench, turns, peakBytes, perSecond }) => {
      const all = turns.flat().sort((a, b) => a - b);
      const [p50, p95, min] = [quantile(all, 0.5), quantile(all, 0.95), quantile(all, 0)];
      const medians = turns.map((turn) => quantile(turn, 0.5));
      return { ...bench, p50, p95, min, perSecond, peakBytes, runs: all.length, turns: medians };
    });
  } finally {
    await Promise.all(open.map(({ running }) => running.close()));
  }
}

/** The smallest of ascending values that so large a share of them do not exceed. */
const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;

async function about<T>({ model, runtime, threads }: BenchCase, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${model} in ${runtime} with ${threads} threads: ${reason}`, { cause });
  }
}

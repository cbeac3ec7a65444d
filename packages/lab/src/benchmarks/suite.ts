import { EVALUATION_FORMAT, type Evaluation, type PairPictures } from '@pocketnet/evaluate';
import { type EmbeddingSource, modelFacts } from '../embedders/index.js';
import type { Benchmark, MeasuredRun } from './benchmark.js';
import { suiteOf } from './registry.js';

export interface RunSuiteOptions {
  /** The model's file, for its facts. */
  model: string;
  network?: string;
  channels?: 'rgb' | 'bgr';
  batch?: number;
  threads?: number;
  suite: 'quick' | 'full';
  /** The folder that the benchmarks are looked for in. */
  data: string;
  /** Processor, cores, versions: a line for the report. */
  machine: string;
  /** A `landmarks.json` for the photos of original folders. */
  landmarks?: string;
  seed?: number;
  samples?: number;
  /** Called before each benchmark; what it gives is told of the progress. */
  onBenchmark?: (benchmark: Benchmark) => (done: number, total: number) => void;
  /** A benchmark that failed as a whole; without it the failure ends the suite. */
  onFailure?: (benchmark: Benchmark, error: Error) => void;
}

export interface SuiteOutcome {
  readonly evaluation: Evaluation;
  readonly runs: readonly MeasuredRun[];
  readonly pictures: PairPictures;
}

/**
 * Runs the benchmarks of a suite whose data are there.
 *
 * @throws Error where the folder holds none of them
 */
export async function runSuite(source: EmbeddingSource, options: RunSuiteOptions): Promise<SuiteOutcome> {
  const { model, network, channels, suite, data, machine, batch = 64, threads, landmarks, seed, samples } = options;
  const asked = suiteOf(suite);
  const found = asked.flatMap((benchmark) => {
    const place = benchmark.find(data);
    return place === undefined ? [] : [{ benchmark, place }];
  });
  const missing = asked.filter((benchmark) => !found.some((one) => one.benchmark === benchmark));
  if (found.length === 0)
    throw new Error(`${data} holds none of the suite "${suite}": no ${missing.map(({ files }) => files).join(', ')}.`);
  const runs: MeasuredRun[] = [];
  const failed: string[] = [];
  for (const { benchmark, place } of found) {
    const onProgress = options.onBenchmark?.(benchmark);
    try {
      runs.push(
        await benchmark.run(source, place, {
          ...(onProgress && { onProgress }),
          ...(landmarks && { landmarks }),
          ...(seed && { seed }),
          ...(samples && { samples }),
        }),
      );
    } catch (error) {
      if (!options.onFailure || !(error instanceof Error)) throw error;
      options.onFailure(benchmark, error);
      failed.push(`${benchmark.title} (${error.message})`);
    }
  }
  const [first] = runs;
  if (!first) throw new Error(`None of the ${found.length} benchmarks in ${data} could be run. ${failed.join(' ')}`);
  const faces = runs.reduce((sum, run) => sum + run.faces, 0);
  const seconds = runs.reduce((sum, run) => sum + run.seconds, 0);
  const evaluation: Evaluation = {
    format: EVALUATION_FORMAT,
    model: await modelFacts(model, source, first.dimension, {
      ...(network && { network }),
      ...(channels && { channels }),
    }),
    suite,
    date: new Date().toISOString().slice(0, 10),
    timing: {
      millisecondsPerFace: faces > 0 ? (1000 * seconds) / faces : null,
      faces,
      batch,
      threads: threads ?? null,
      machine,
    },
    benchmarks: runs.map(({ result }) => result),
    notFound: [...missing.map(({ title }) => title), ...failed],
  };
  const pictures: PairPictures = (name, pair) => runs.find(({ result }) => result.name === name)?.pictures?.(pair);
  return { evaluation, runs, pictures };
}

import type { BenchmarkRun, PairPictures } from '@pocketnet/evaluate';
import type { EmbeddingSource, EmbedSetOptions } from '../embedders/index.js';

export interface BenchmarkOptions extends Pick<EmbedSetOptions, 'onProgress'> {
  /** A `landmarks.json` of five points for photos that are no crops yet: see `planCrops`. */
  landmarks?: string;
  /** Seed of the intervals' resampling; 1 unless said. */
  seed?: number;
  /** Resamples; 1,000 unless said. */
  samples?: number;
}

/** What a run took, beside its result: a report's timing adds these up. */
export interface MeasuredRun extends BenchmarkRun {
  readonly dimension: number;
  readonly faces: number;
  readonly seconds: number;
  /** The faces of the hardest pairs, where the benchmark's pictures can be shown. */
  readonly pictures?: (pair: number) => ReturnType<PairPictures>;
}

/** One benchmark of a suite: a sibling in this folder, listed in `registry.ts`. */
export interface Benchmark {
  /** Its key, as in published tables: `lfw`, `ijbc`. */
  readonly name: string;
  readonly title: string;
  /** What it asks, in a line. */
  readonly about: string;
  /** `quick`: minutes on two cores. `full` has those and the rest. */
  readonly suite: 'quick' | 'full';
  /** What it looks for in a data folder, for messages: `lfw.bin`. */
  readonly files: string;
  /** Where its data lie in `folder`; undefined where they do not. */
  find(folder: string): string | undefined;
  /**
   * @param found what {@link find} gave
   * @throws Error that names the file at fault, where the whole benchmark cannot be run
   */
  run(source: EmbeddingSource, found: string, options?: BenchmarkOptions): Promise<MeasuredRun>;
}

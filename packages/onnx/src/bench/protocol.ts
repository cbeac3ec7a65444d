import type { RunnerName } from './runners/index.js';

/** A model, what runs it, and on how many threads. */
export interface BenchCase {
  /** Path of an ONNX file that takes one input of float32. */
  readonly model: string;
  readonly runtime: RunnerName;
  readonly threads: number;
}

/** So many runs in a row, each of so many images. */
export interface BenchRequest {
  runs: number;
  batch: number;
}

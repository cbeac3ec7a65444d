import type { RuntimeName } from '../run/runtimes/index.js';

/** A model, what runs it, and on how many threads. */
export interface BenchCase {
  /** Path of an ONNX file that takes one input of float32. */
  readonly model: string;
  readonly runtime: RuntimeName;
  readonly threads: number;
}

export interface BenchRequest {
  runs: number;
  batch: number;
}

/** Of the first answer, which says that the model is open, `milliseconds` is empty. */
export type BenchAnswer = { milliseconds: number[]; peakBytes: number; openBatch?: boolean } | { error: string };

import type { BenchCase, BenchRequest } from './protocol.js';

/** A place where models run: a file in `runners/` and a line in their registry. */
export interface Runner {
  /** Why there is nothing of the kind on this machine; undefined where there is. */
  missing(): Promise<string | undefined>;
  /** Opens a case's model in a process of its own, and has run it once. @throws an Error that says why it cannot */
  start(bench: BenchCase): Promise<RunningModel>;
}

export interface RunningModel {
  /** Whether the model takes any number of images at once. */
  readonly openBatch: boolean;
  /** Milliseconds of each run. */
  run(request: BenchRequest): Promise<number[]>;
  /** Most memory that its process has held so far; NaN where the system does not say. */
  peakBytes(): Promise<number>;
  close(): Promise<void>;
}

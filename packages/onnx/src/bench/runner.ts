/** So many runs in a row, each of so many images. */
export interface BenchRequest {
  runs: number;
  batch: number;
}

/** A place where models run: a file in `runners/` and a line in their registry. */
export interface Runner {
  /** Why there is nothing of the kind on this machine; undefined where there is. */
  missing(): Promise<string | undefined>;
  /** Opens a model's file in a process of its own, and has run it once. @throws an Error that says why it cannot */
  start(model: string, threads: number): Promise<RunningModel>;
}

export interface RunningModel {
  /** Whether the model takes any number of images at once. */
  readonly openBatch: boolean;
  /** Milliseconds of each run. */
  run(request: BenchRequest): Promise<number[]>;
  /** Most memory that its process has held so far; NaN where the system does not say. */
  peakBytes(): Promise<number>;
  /** Milliseconds that the processor has given to the thread that runs the model, where others' threads disturb the clock on the wall. */
  busy?(): Promise<number>;
  close(): Promise<void>;
}

import type { InferenceSession, Tensor } from 'onnxruntime-node';

/** What a runtime is told before it loads a model. */
export interface RuntimeOptions {
  /** Threads inside one operator; unless said, the runtime's own choice (native: every core, wasm: one). */
  readonly threads?: number;
}

/** A session of ONNX Runtime and the tensor class that belongs to it. */
export interface OpenedSession {
  readonly session: InferenceSession;
  readonly Tensor: typeof Tensor;
}

/** A way to run models. A new one is a file in `runtimes/` and a line in their registry. */
export interface Runtime {
  /** The npm package it needs, imported only when a model is opened with it. */
  readonly packageName: string;
  /** @param model its bytes; with a path where these are not all, and the data lie in files beside it */
  open(model: { bytes: Uint8Array; path?: string }, options: RuntimeOptions): Promise<OpenedSession>;
}

/** Imports a runtime's package; a missing or broken one becomes a sentence. */
export async function importRuntime<T>(packageName: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `The package ${packageName} cannot be loaded. Install it (npm install ${packageName}) or choose another runtime. ${reason}`,
      { cause },
    );
  }
}

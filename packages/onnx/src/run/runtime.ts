import type { Arithmetic } from '@pocketnet/engine';
import type { ValueInfo } from '../graph/graph.js';
import type { Feed } from './feeds.js';

/** Options for loading a model. */
export interface RuntimeOptions {
  /** Threads inside one operator; unless said, the runtime's own choice (native: every core; wasm: one). The engine's is one always. */
  readonly threads?: number;
  /** What a plan with weights of eight bits is computed in; unless said, what is fastest. The engine's runtimes alone take it. */
  readonly arithmetic?: Arithmetic;
}

/** A loaded model inside its runtime. */
export interface Session {
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  /** Every output by its name, of feeds that fit the inputs. */
  run(feeds: Record<string, Feed>): Promise<Record<string, Feed>>;
  release(): Promise<void>;
}

/** A model as it was read: an ONNX file, or a plan that was compiled of one. */
export interface ModelSource {
  readonly bytes: Uint8Array;
  /** Where these bytes are not all, and the data lie in files beside them. */
  readonly path?: string;
  /** What it is called in errors. */
  readonly name: string;
}

/** A runtime for models. A new one is one file in `runtimes/` and one line in their registry. */
export interface Runtime {
  /** The npm package it needs, imported only when a model is opened with it. */
  readonly packageName: string;
  /** Whether it runs compiled plans, and ONNX by compiling it first. */
  readonly runsPlans: boolean;
  /** Why it can't be used here; undefined where it can. */
  missing(): Promise<string | undefined>;
  open(model: ModelSource, options: RuntimeOptions): Promise<Session>;
}

/** Imports a runtime's package. @throws Error that names a missing or broken package */
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

/** Why a package cannot be imported; undefined where it can. */
export function missingPackage(packageName: string): string | undefined {
  try {
    import.meta.resolve(packageName);
    return undefined;
  } catch {
    return `The package ${packageName} is not installed.`;
  }
}

import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { type Verdict, verifyEngine } from './self-test/verify.js';

/** How an operator's schema names one argument or result. */
export interface SchemaEntry {
  name: string;
  type: string;
  optional: boolean;
}

/** An operator as the dispatcher knows it. */
export interface ResolvedOperator {
  id: number;
  arguments: SchemaEntry[];
  returns: SchemaEntry[];
}

/** Anything that carries a tensor's handle: see native/engine.h. */
export interface Handle {
  readonly handle: number;
}

/** The addon's exports, one to one. Everything here is untyped in shape and meaning; the files beside this one add both. */
export interface Native {
  operator(name: string, overload: string): ResolvedOperator;
  call(id: number, ...values: unknown[]): unknown;
  backward(roots: readonly Handle[], gradients: readonly Handle[] | null, retain: boolean, create: boolean): void;
  grad(
    outputs: readonly Handle[],
    inputs: readonly Handle[],
    gradients: readonly Handle[] | null,
    retain: boolean,
    create: boolean,
    allowUnused: boolean,
  ): (number | null)[];
  setGradEnabled(enabled: boolean): boolean;
  requiresGrad(tensor: Handle, value?: boolean): boolean;
  gradientOf(tensor: Handle): number | null;
  setGradient(tensor: Handle, gradient: Handle | null): void;
  clearGradients(tensors: readonly Handle[]): void;
  autocast(device: string, enabled: boolean): boolean;
  fromBuffer(array: ArrayBufferView, shape: readonly number[], dtype: number): number;
  toBuffer(tensor: Handle): ArrayBuffer;
  item(tensor: Handle): number;
  shape(tensor: Handle): number[];
  dtype(tensor: Handle): number;
  device(tensor: Handle): string;
  free(handles: Float64Array): void;
  alias(tensor: Handle): number;
  liveTensors(): number;
  about(): { version: string; threads: number; cuda: boolean; parallel: string; configuration: string };
  threads(count?: number): number;
  manualSeed(seed: number): void;
  randomState(device: string): number;
  setRandomState(device: string, state: Handle): void;
  allowTf32(allowed: boolean): void;
  joinGroup(rendezvous: object): object;
  groupAllReduce(group: object, tensor: Handle, reduction: string): object;
  groupBroadcast(group: object, tensor: Handle, root: number): object;
  groupAllGather(group: object, tensor: Handle): number;
  groupBarrier(group: object): void;
  closeGroup(group: object): void;
  waitFor(work: object): void;
  reduceGradients(group: object, parameters: readonly Handle[], bucketBytes: number): object;
  bucketsOf(reducer: object): number;
  finishReducing(reducer: object): void;
  pauseReducing(reducer: object, paused: boolean): void;
  closeReducing(reducer: object): void;
  syncBatchNorm(
    group: object,
    input: Handle,
    weight: Handle | null,
    bias: Handle | null,
    runningMean: Handle,
    runningVar: Handle,
    momentum: number,
    eps: number,
  ): number;
}

/**
 * Where more threads than cores want to run, OpenMP's workers by default spin for milliseconds at every operator's end and hold up those
 * that they wait for; a few microseconds of it keep nearly all of the speed of a quiet machine. libgomp reads this when it is loaded.
 */
const spin = '10000';

const pathTo = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
/** Another build of the addon may be named, such as the sanitizers'. */
const addon = process.env.POCKETNET_TORCH_ADDON ?? pathTo('../build/pocketnet_torch.node');

function load(): Native {
  try {
    return createRequire(import.meta.url)(addon) as Native;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `The libtorch addon could not be loaded from ${addon}: ${reason}. Run \`npm run setup\` in the repository to build it; ` +
        'LIBTORCH=/path/to/libtorch points it at another libtorch.',
      { cause: error },
    );
  }
}

process.env.GOMP_SPINCOUNT ??= spin;

/** Whether libtorch computes right on this processor, found out before it is loaded: see self-test/. */
export const verdict: Verdict = verifyEngine({
  addon,
  program: pathTo('./self-test/main.js'),
  parts: ['cases', 'loops', 'self-test'].map((name) => pathTo(`./self-test/${name}.js`)),
  environment: process.env,
  say: (sentence) => console.error(`pocketnet: ${sentence}`),
});

export const native: Native = load();

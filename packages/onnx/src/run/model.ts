import { isPlan, readPlanMetadata } from '@pocketnet/engine/plan';
import type { Dtype } from '../graph/dtype.js';
import type { ValueInfo } from '../graph/graph.js';
import { readModelFile } from '../model/external-data.js';
import { readModelHeader } from '../model/model.js';
import { checkFeeds, type Feed } from './feeds.js';
import type { ModelSource, RuntimeOptions, Session } from './runtime.js';
import { RUNTIMES, type RuntimeName, usualEngine } from './runtimes/index.js';
import { withoutTinyWeights } from './tiny-weights.js';

export interface OpenOptions extends RuntimeOptions {
  /** Unless said, `native` for ONNX and the engine for plans. */
  readonly runtime?: RuntimeName;
}

/** An output of a run. */
export interface Output extends Feed {
  readonly dtype: Dtype;
}

/** A loaded model, with the same interface for every runtime. */
export interface Model {
  readonly runtime: RuntimeName;
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  /** The key-value pairs that travel with the file. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Computes every output. Sizes that the model leaves open (the batch) may differ from run to run. */
  run(feeds: Record<string, Feed>): Promise<Record<string, Output>>;
  /** Frees the model; closing twice does no harm. */
  close(): Promise<void>;
}

/**
 * Loads an ONNX model or a plan (`.pnet`), from a file (and the data files beside it) or from bytes, into one of the runtimes. Weights
 * too small to matter are set to zero, since subnormal products are slow.
 *
 * @throws Error if the file cannot be read or is not a model, or if the runtime is missing or refuses it
 */
export async function openModel(pathOrBytes: string | Uint8Array, options: OpenOptions = {}): Promise<Model> {
  const { threads, arithmetic } = options;
  if (options.runtime !== undefined && !Object.hasOwn(RUNTIMES, options.runtime))
    throw new Error(`There is no runtime "${options.runtime}". Choose from: ${Object.keys(RUNTIMES).join(', ')}.`);
  if (threads !== undefined && !(Number.isInteger(threads) && threads >= 1 && threads <= 256))
    throw new Error(`The number of threads is ${threads}. Give a whole number from 1 to 256.`);

  const name = typeof pathOrBytes === 'string' ? pathOrBytes : 'the model';
  const file = typeof pathOrBytes === 'string' ? await readModelFile(pathOrBytes) : { bytes: pathOrBytes, whole: true };
  const { bytes } = file;
  const plan = isPlan(bytes);
  const runtime = options.runtime ?? (plan ? await usualEngine() : 'native');
  if (plan && !RUNTIMES[runtime].runsPlans)
    throw new Error(
      `${name} is compiled for the engine, which ${runtime} is not. Choose the runtime engine or engine-native.`,
    );
  if (arithmetic !== undefined && arithmetic !== 'float' && !RUNTIMES[runtime].runsPlans)
    throw new Error(
      `${name}: ${arithmetic} is an arithmetic of the engine, not of ${runtime}. Compile the model: pocketnet compile ${name} --store int8 --calibrate FACES --out MODEL.pnet.`,
    );
  const metadata = modelMetadata(bytes, name);
  const quick = plan ? bytes : withoutTinyWeights(bytes, name);
  const source: ModelSource = { bytes: quick, name, ...(!file.whole && { path: name }) };
  try {
    const session = await RUNTIMES[runtime].open(source, {
      ...(threads !== undefined && { threads }),
      ...(arithmetic !== undefined && { arithmetic }),
    });
    return sessionModel(session, name, runtime, metadata);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${name}: the ${runtime} runtime cannot open the model. ${reason}`, { cause });
  }
}

/** The key-value pairs that travel with an ONNX model or a plan. @throws Error when the bytes are neither */
export function modelMetadata(bytes: Uint8Array, name?: string): Record<string, string> {
  return isPlan(bytes) ? { ...readPlanMetadata(bytes, name).model } : readModelHeader(bytes, name).metadata;
}

function sessionModel(session: Session, name: string, runtime: RuntimeName, metadata: Record<string, string>): Model {
  const { inputs, outputs } = session;
  let closed: Promise<void> | undefined;
  // One run at a time: the WASM build refuses a second one in the same session.
  let last: Promise<unknown> = Promise.resolve();

  async function compute(feeds: Record<string, Feed>): Promise<Record<string, Output>> {
    const results = await session.run(feeds).catch((cause: Error) => {
      throw new Error(`${name}: the ${runtime} runtime failed. ${cause.message ?? cause}`, { cause });
    });
    return Object.fromEntries(
      outputs.map(({ name: output, dtype }) => {
        const result = results[output];
        if (!result) throw new Error(`${name}: the run returned no output "${output}".`);
        return [output, { dtype, ...result }];
      }),
    );
  }

  return {
    runtime,
    inputs,
    outputs,
    metadata,
    async run(feeds) {
      if (closed) throw new Error(`${name} is closed. Open it again to run it.`);
      checkFeeds(feeds, inputs, name);
      const result = last.then(() => compute(feeds));
      last = result.catch(() => {});
      return result;
    },
    close() {
      closed ??= last.then(() => session.release());
      return closed;
    },
  };
}

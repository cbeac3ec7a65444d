import type { InferenceSession } from 'onnxruntime-node';
import { type Dtype, isDtype, type TensorData } from '../graph/dtype.js';
import type { ValueInfo } from '../graph/graph.js';
import { readModelFile } from '../model/external-data.js';
import { readModelHeader } from '../model/model.js';
import { checkFeeds, type Feed } from './feeds.js';
import type { OpenedSession, RuntimeOptions } from './runtime.js';
import { RUNTIMES, type RuntimeName } from './runtimes/index.js';
import { withoutTinyWeights } from './tiny-weights.js';

export interface OpenOptions extends RuntimeOptions {
  /** `native` unless said. */
  readonly runtime?: RuntimeName;
}

/** An output of a run. */
export interface Output extends Feed {
  readonly dtype: Dtype;
}

/** A loaded model; the same whatever runs it. */
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
 * Loads an ONNX model, from a file (and the data files beside it) or from bytes, into one of the runtimes. Weights too small to count are left out, since they are slow.
 *
 * @throws Error when the file cannot be read, is no ONNX model, or the runtime is missing or refuses it
 */
export async function openModel(pathOrBytes: string | Uint8Array, options: OpenOptions = {}): Promise<Model> {
  const { runtime = 'native', threads } = options;
  if (!Object.hasOwn(RUNTIMES, runtime))
    throw new Error(`There is no runtime "${runtime}". Choose from: ${Object.keys(RUNTIMES).join(', ')}.`);
  if (threads !== undefined && !(Number.isInteger(threads) && threads >= 1 && threads <= 256))
    throw new Error(`${threads} threads; give a whole number from 1 to 256.`);

  const name = typeof pathOrBytes === 'string' ? pathOrBytes : 'the model';
  const file = typeof pathOrBytes === 'string' ? await readModelFile(pathOrBytes) : { bytes: pathOrBytes, whole: true };
  const { metadata } = readModelHeader(file.bytes, name);
  const source = { bytes: withoutTinyWeights(file.bytes, name), ...(!file.whole && { path: name }) };
  let opened: OpenedSession;
  try {
    opened = await RUNTIMES[runtime].open(source, threads === undefined ? {} : { threads });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${name}: the ${runtime} runtime cannot open the model. ${reason}`, { cause });
  }
  return sessionModel(opened, name, runtime, metadata);
}

function sessionModel(
  { session, Tensor }: OpenedSession,
  name: string,
  runtime: RuntimeName,
  metadata: Record<string, string>,
): Model {
  const inputs = session.inputMetadata.map((value) => valueInfo(value, name));
  const outputs = session.outputMetadata.map((value) => valueInfo(value, name));
  let closed: Promise<void> | undefined;
  // One run at a time: the WASM build refuses a second one in the same session.
  let last: Promise<unknown> = Promise.resolve();

  async function compute(feeds: Record<string, Feed>): Promise<Record<string, Output>> {
    const tensors = inputs.map(({ name: input, dtype }) => {
      const { data, dims } = feeds[input] as Feed; // present: checkFeeds has seen to it
      // The native library refuses shared memory. The cast picks one overload for all dtypes.
      const own = data.buffer instanceof SharedArrayBuffer ? data.slice() : data;
      return [input, new Tensor(dtype as 'float32', own as Float32Array, dims)] as const;
    });
    const results = await session.run(Object.fromEntries(tensors)).catch((cause: Error) => {
      throw new Error(`${name}: the ${runtime} runtime failed. ${cause.message ?? cause}`, { cause });
    });
    return Object.fromEntries(
      outputs.map(({ name: output, dtype }) => {
        const result = results[output];
        if (!result) throw new Error(`${name}: the run gave no output "${output}".`);
        return [output, { dtype, data: result.data as TensorData, dims: [...result.dims] }];
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

function valueInfo(value: InferenceSession.ValueMetadata, model: string): ValueInfo {
  if (!value.isTensor || !isDtype(value.type)) {
    const type = value.isTensor ? value.type : 'something that is no tensor';
    throw new Error(`${model}: "${value.name}" is of ${type}, which is not supported.`);
  }
  const shape = value.shape.map((size) => (size === '' || (typeof size === 'number' && size < 0) ? null : size));
  return { name: value.name, dtype: value.type, shape };
}

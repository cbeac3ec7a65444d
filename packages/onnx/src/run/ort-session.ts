import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { isDtype, type TensorData } from '../graph/dtype.js';
import type { ValueInfo } from '../graph/graph.js';
import type { Feed } from './feeds.js';
import type { Session } from './runtime.js';

/** A session of ONNX Runtime, native or WebAssembly, and the tensor class that belongs to it. */
export function ortSession(session: InferenceSession, TensorClass: typeof Tensor, name: string): Session {
  const inputs = session.inputMetadata.map((value) => valueInfo(value, name));
  const outputs = session.outputMetadata.map((value) => valueInfo(value, name));
  return {
    inputs,
    outputs,
    async run(feeds) {
      const tensors = inputs.map(({ name: input, dtype }) => {
        const { data, dims } = feeds[input] as Feed; // present: the feeds were checked
        // The native library refuses shared memory. The cast picks one overload for all dtypes.
        const own = data.buffer instanceof SharedArrayBuffer ? data.slice() : data;
        return [input, new TensorClass(dtype as 'float32', own as Float32Array, dims)] as const;
      });
      const results = await session.run(Object.fromEntries(tensors));
      return Object.fromEntries(
        outputs.flatMap(({ name: output }) => {
          const result = results[output];
          return result ? [[output, { data: result.data as TensorData, dims: [...result.dims] }]] : [];
        }),
      );
    },
    release: () => session.release(),
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

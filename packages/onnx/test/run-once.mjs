// node run-once.mjs MODEL RUNTIME THREADS: runs a model once and ends, if nothing keeps the process alive.
import { openModel } from '@pocketnet/onnx';

const [path, runtime, threads] = process.argv.slice(2);
const model = await openModel(path, { runtime, threads: Number(threads) });
const { embedding } = await model.run({ image: { data: new Float32Array(108), dims: [1, 3, 6, 6] } });
console.log(embedding.dims.join());

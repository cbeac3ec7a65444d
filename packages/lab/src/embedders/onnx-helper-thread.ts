// The thread of onnx-helper.ts.
import { parentPort, workerData } from 'node:worker_threads';
import { openOnnx } from './onnx.js';
import type { HelperAnswer, HelperQuestion, HelperStart } from './onnx-helper.js';

const { path, options, batch }: HelperStart = workerData;
const opened = openOnnx(path, { ...options, threads: 1 }, batch);
const answer = (value: HelperAnswer): void => parentPort?.postMessage(value);

parentPort?.on('message', ({ images, count }: HelperQuestion) => {
  opened
    .then((embedder) => embedder.embed(images, count))
    .then(
      (embeddings) => answer({ embeddings }),
      (error: Error) => answer({ error: error.message }),
    );
});

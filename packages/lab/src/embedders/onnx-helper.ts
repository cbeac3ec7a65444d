import { Worker } from 'node:worker_threads';
import type { Embedder, OpenOptions } from './embedder.js';

/** What a helper is told when it starts, and asked afterwards. */
export interface HelperStart {
  path: string;
  options: OpenOptions;
  batch: number;
}
export interface HelperQuestion {
  images: Float32Array;
  count: number;
}
export type HelperAnswer = { embeddings: Float32Array } | { error: string };

/**
 * A thread with a session of its own, of one core. ONNX Runtime computes small convolutions on two threads of one session with twice the
 * processor's time, and two sessions side by side with no more than one.
 */
export function startHelper(start: HelperStart): Pick<Embedder, 'embed' | 'close'> {
  const worker = new Worker(new URL('./onnx-helper-thread.js', import.meta.url), {
    workerData: start,
    execArgv: [], // a program given by --eval has flags that no file takes
  });
  worker.unref(); // one that is not closed keeps no process alive
  const ask = (question: HelperQuestion): Promise<Float32Array> =>
    new Promise((resolve, reject) => {
      const settle = (): void => {
        worker.off('message', answered).off('error', failed).off('exit', ended).unref();
      };
      const answered = (answer: HelperAnswer): void => {
        settle();
        if ('error' in answer) reject(new Error(answer.error));
        else resolve(answer.embeddings);
      };
      const failed = (error: Error): void => {
        settle();
        reject(error);
      };
      const ended = (): void => failed(new Error(`A thread that ran ${start.path} ended before it answered.`));
      worker.on('message', answered).on('error', failed).on('exit', ended).ref();
      worker.postMessage(question);
    });
  let last: Promise<unknown> = Promise.resolve(); // one question at a time: answers do not say what was asked
  return {
    embed(images, count) {
      const answer = last.then(() => ask({ images, count }));
      last = answer.catch(() => {});
      return answer;
    },
    close: async () => void (await worker.terminate()),
  };
}

import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { RUNTIMES, type RuntimeName } from '../../run/runtimes/index.js';
import type { Runner } from '../runner.js';

/** Of the first answer, which says that the model is open, `milliseconds` is empty. */
export type WorkerAnswer = { milliseconds: number[]; peakBytes: number; openBatch?: boolean } | { error: string };

/** Node, with one of the runtimes. */
export function inNode(runtime: RuntimeName): Runner {
  return {
    missing: () => RUNTIMES[runtime].missing(),
    async start(model, threads) {
      const worker = fileURLToPath(new URL('./worker.js', import.meta.url));
      const child = fork(worker, [model, runtime, String(threads)], {
        execArgv: process.execArgv.filter((flag) => !flag.startsWith('--input-type')), // no file takes it
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      });
      let last = await answerOf(child);
      return {
        openBatch: last.openBatch ?? false,
        async run(request) {
          const answer = answerOf(child);
          child.send(request);
          last = await answer;
          return last.milliseconds;
        },
        peakBytes: async () => last.peakBytes,
        close: async () => void child.kill(),
      };
    },
  };
}

function answerOf(child: ChildProcess): Promise<Exclude<WorkerAnswer, { error: string }>> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string): void => {
      child.kill();
      reject(new Error(reason));
    };
    const ended = (code: number | null): void => fail(`its process ended (${code ?? 'killed'}) before it answered.`);
    child.once('exit', ended);
    child.once('message', (answer: WorkerAnswer) => {
      child.off('exit', ended);
      if ('error' in answer) fail(answer.error);
      else resolve(answer);
    });
  });
}

import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { BenchAnswer, BenchCase, BenchRequest } from './protocol.js';

export interface BenchOptions {
  /** Turns that each case has, 10 unless said, and runs of one image in a turn, 5. */
  readonly rounds?: number;
  readonly runs?: number;
  /** Images at once for the throughput, 16 unless said; of models with a fixed batch it is that of one at a time. */
  readonly batch?: number;
  readonly onProgress?: (done: number, of: number) => void;
}

/** What one model cost where it was run. */
export interface BenchResult extends BenchCase {
  /** Milliseconds of one image: half and 95 % of the runs took no longer. */
  readonly p50: number;
  readonly p95: number;
  /** Images a second. */
  readonly perSecond: number;
  /** Most memory that a process with this model alone has held, Node's own included. */
  readonly peakBytes: number;
  readonly runs: number;
}

interface Open extends BenchCase {
  readonly child: ChildProcess;
  readonly openBatch: boolean;
  readonly times: number[];
  peakBytes: number;
  perSecond: number;
}

/**
 * Runs models in turns, each in a process of its own, so that a slow minute of the machine slows all and none uses the other's memory.
 * @throws an Error that names the model and the runtime that could not run it
 */
export async function benchModels(cases: readonly BenchCase[], options: BenchOptions = {}): Promise<BenchResult[]> {
  const { rounds = 10, runs = 5, batch = 16, onProgress } = options;
  const open: Open[] = [];
  try {
    for (const each of cases) open.push(await start(each));
    const total = cases.length * (rounds + 1);
    let done = 0;
    for (let round = 0; round < rounds; round++)
      for (const each of open) {
        const { milliseconds, peakBytes } = await ask(each, { runs, batch: 1 });
        each.times.push(...milliseconds);
        each.peakBytes = peakBytes;
        onProgress?.(++done, total);
      }
    for (const each of open) {
      const images = each.openBatch ? batch : 1;
      const { milliseconds } = await ask(each, { runs: 3, batch: images });
      each.perSecond = (1000 * images) / Math.min(...milliseconds);
      onProgress?.(++done, total);
    }
    return open.map(({ model, runtime, threads, times, peakBytes, perSecond }) => {
      const sorted = times.toSorted((a, b) => a - b);
      const at = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN;
      return { model, runtime, threads, p50: at(0.5), p95: at(0.95), perSecond, peakBytes, runs: sorted.length };
    });
  } finally {
    for (const { child } of open) child.kill();
  }
}

async function start(given: BenchCase): Promise<Open> {
  const worker = fileURLToPath(new URL('./worker.js', import.meta.url));
  const child = fork(worker, [JSON.stringify(given)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const { peakBytes, openBatch = false } = await answerOf(child, given);
  return { ...given, child, openBatch, times: [], peakBytes, perSecond: Number.NaN };
}

function ask(each: Open, request: BenchRequest): ReturnType<typeof answerOf> {
  const answer = answerOf(each.child, each);
  each.child.send(request);
  return answer;
}

function answerOf(
  child: ChildProcess,
  { model, runtime, threads }: BenchCase,
): Promise<Exclude<BenchAnswer, { error: string }>> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string): void => {
      child.kill();
      reject(new Error(`${model} in ${runtime} with ${threads} threads: ${reason}`));
    };
    const ended = (code: number | null): void => fail(`its process ended (${code ?? 'killed'}) before it answered.`);
    child.once('exit', ended);
    child.once('message', (answer: BenchAnswer) => {
      child.off('exit', ended);
      if ('error' in answer) fail(answer.error);
      else resolve(answer);
    });
  });
}

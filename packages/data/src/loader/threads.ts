import { Worker } from 'node:worker_threads';
import { extensions } from '../registry.js';
import type { Crew, Job, Recipe } from './filler.js';
import { type Order, type Reply, toError, type WorkerStart } from './messages.js';
import type { Slot } from './slot.js';
import type { SkippedImage } from './stand-in.js';

/** Fills slots on `count` worker threads, started at the first job; each opens the source anew by its location. */
export function createThreads(recipe: Recipe, slots: readonly Slot[], count: number): Crew {
  const start: WorkerStart = { recipe, slots, extensions: [...extensions] };
  let threads: Thread[] | undefined;
  return {
    fill(job) {
      threads ??= Array.from({ length: count }, (_, number) => new Thread(number, start));
      // Handed over at once, not when a thread falls idle: the caller's thread may be busy training by then.
      const idlest = threads.reduce((best, thread) => (thread.load < best.load ? thread : best));
      return idlest.fill(job);
    },
    async close() {
      await Promise.all((threads ?? []).map((thread) => thread.close()));
    },
  };
}

interface Waiting {
  resolve(skipped: readonly SkippedImage[]): void;
  reject(error: Error): void;
}

/** One worker thread and the jobs that it still has to do. */
class Thread {
  private readonly worker: Worker;
  private readonly waiting = new Map<number, Waiting>();
  private tickets = 0;
  private end: Error | undefined;

  constructor(number: number, start: WorkerStart) {
    this.worker = new Worker(new URL('./worker.js', import.meta.url), {
      workerData: start,
      execArgv: [],
      name: `faces-${number}`,
    });
    this.worker.unref();
    this.worker.on('message', (reply: Reply) => this.settle(reply));
    this.worker.on('error', (error) =>
      this.stop(new Error(`A data worker failed: ${error.message}`, { cause: error })),
    );
    this.worker.on('exit', (code) => this.stop(new Error(`A data worker ended unexpectedly (exit code ${code}).`)));
  }

  get load(): number {
    return this.waiting.size;
  }

  fill(job: Job): Promise<readonly SkippedImage[]> {
    if (this.end !== undefined) return Promise.reject(this.end);
    const order: Order = { ticket: this.tickets++, job };
    return new Promise((resolve, reject) => {
      this.waiting.set(order.ticket, { resolve, reject });
      this.worker.ref(); // only work under way keeps the process alive
      this.worker.postMessage(order);
    });
  }

  async close(): Promise<void> {
    this.stop(new Error('The loader was closed while a batch was being made.'));
    await this.worker.terminate();
  }

  private settle({ ticket, failure, skipped = [] }: Reply): void {
    if (this.end !== undefined) return; // a late reply: the thread is on its way out and keeps the process alive until it is
    const waiting = this.waiting.get(ticket);
    this.waiting.delete(ticket);
    if (this.waiting.size === 0) this.worker.unref();
    if (failure === undefined) waiting?.resolve(skipped);
    else waiting?.reject(toError(failure));
  }

  private stop(error: Error): void {
    this.end ??= error;
    for (const { reject } of this.waiting.values()) reject(this.end);
    this.waiting.clear();
    this.worker.unref();
  }
}

import type { Finder, Pipeline } from '../pipeline/pipeline.js';
import { type Template, templateOf } from '../template.js';
import { frameOf, hasClose } from './frames.js';
import { type Answer, type CallName, type Calls, receivedError } from './messages.js';

/** A `Worker` of a page, or one of Node's `worker_threads`. */
export type AnyWorker = BrowserWorker | NodeWorker;

interface BrowserWorker {
  postMessage(message: unknown, transfer: Transferable[]): void;
  addEventListener(type: string, listener: (event: { data?: unknown; message?: string }) => void): void;
  terminate(): unknown;
}

interface NodeWorker {
  postMessage(message: unknown, transfer?: readonly never[]): void;
  // biome-ignore lint/suspicious/noExplicitAny: as Node's types have it, whose listeners take what each event brings
  on(type: string, listener: (value: any) => void): unknown;
  terminate(): unknown;
}

/** Opens both networks in a worker. @throws an Error where it cannot be started, or one of the networks is wrong */
export async function pipelineIn(worker: AnyWorker, options: Calls['open']['ask']): Promise<Pipeline> {
  const line = new Line(worker);
  const facts = await line.open('open', options);
  return {
    ...facts,
    ...finderOn(line),
    embed: async (crop): Promise<Template> => templateOf(facts.model, await line.ask('embed', crop, [])),
  };
}

/** Opens the detector in a worker. @throws an Error where the worker cannot be started, or the detector is wrong */
export async function finderIn(worker: AnyWorker, options: Calls['openFinder']['ask']): Promise<Finder> {
  const line = new Line(worker);
  await line.open('openFinder', options);
  return finderOn(line);
}

const finderOn = (line: Line): Finder => ({
  async detect(image, options = {}) {
    const { image: sent, transfer } = await frameOf(image);
    try {
      return await line.ask('detect', { image: sent, options }, transfer);
    } finally {
      for (const copy of transfer) if (hasClose(copy)) copy.close(); // where it was given away this does nothing
    }
  },
  close: () => line.end('This PocketNet is closed.'),
});

/** Asks a worker, and hands each answer to who waits for it. */
class Line {
  readonly #worker: AnyWorker;
  readonly #waiting = new Map<number, { resolve(value: never): void; reject(error: Error): void }>();
  #next = 0;
  #ended: string | undefined;

  constructor(worker: AnyWorker) {
    this.#worker = worker;
    const failed = (message?: string): void =>
      this.end(
        `The worker has failed: ${message || 'its script could not be loaded'}. Does its address lead to pocketnet/worker?`,
      );
    // Whose answer it was is not known.
    const unread = (): void =>
      this.end('An answer of the worker could not be read, as happens where memory is short. Open it again.');
    if ('addEventListener' in worker) {
      worker.addEventListener('message', ({ data }) => this.#hear(data as Answer));
      worker.addEventListener('error', ({ message }) => failed(message));
      worker.addEventListener('messageerror', unread);
    } else {
      worker.on('message', (data: Answer) => this.#hear(data));
      worker.on('error', (error: Error) => failed(error.message));
      worker.on('messageerror', unread);
      worker.on('exit', () => failed('it has ended'));
    }
  }

  ask<K extends CallName>(call: K, ask: Calls[K]['ask'], transfer: Transferable[]): Promise<Calls[K]['answer']> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== undefined) return reject(new Error(this.#ended));
      const id = this.#next++;
      this.#worker.postMessage({ id, call, ask }, transfer as never[]); // throws what cannot be sent, by name
      this.#waiting.set(id, { resolve, reject });
    });
  }

  /** The first question; the worker ends where it fails. */
  async open<K extends CallName>(call: K, ask: Calls[K]['ask']): Promise<Calls[K]['answer']> {
    try {
      return await this.ask(call, ask, []);
    } catch (error) {
      this.end('The worker could not be opened.');
      throw error;
    }
  }

  /** Ends the worker; whoever still waits gets an Error. */
  end(why: string): void {
    if (this.#ended !== undefined) return;
    this.#ended = why;
    for (const { reject } of this.#waiting.values()) reject(new Error(why));
    this.#waiting.clear();
    void this.#worker.terminate();
  }

  #hear(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if ('error' in answer) waiting?.reject(receivedError(answer.error));
    else waiting?.resolve(answer.value as never); // of the call that was asked
  }
}

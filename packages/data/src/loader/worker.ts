import { parentPort, workerData } from 'node:worker_threads';
import { type Crew, createFiller } from './filler.js';
import { type Order, type Reply, toFailure, type WorkerStart } from './messages.js';

// The entry of a worker thread: fills slots, one order after the other, until it is terminated.
const port = parentPort;
if (port === null) throw new Error('This file is the entry of a worker thread; use createLoader instead.');

const { recipe, slots, extensions } = workerData as WorkerStart;
let extended: Promise<unknown> | undefined;
let filler: Crew | undefined;
let work = Promise.resolve();

port.on('message', (order: Order) => {
  work = work.then(async () => port.postMessage(await answer(order)));
});

async function answer({ ticket, job }: Order): Promise<Reply> {
  try {
    extended ??= Promise.all(extensions.map((module) => import(module)));
    await extended;
    filler ??= createFiller(recipe, slots);
    return { ticket, skipped: await filler.fill(job) };
  } catch (error) {
    return { ticket, failure: toFailure(error) };
  }
}

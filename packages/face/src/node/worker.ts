// A worker of Node's worker_threads: new Worker(new URL(import.meta.resolve('pocketnet/node/worker'))).
import { parentPort } from 'node:worker_threads';
import { serve } from '../worker/serve.js';
import { nodeKinds } from './kinds.js';

if (!parentPort)
  throw new Error('pocketnet/node/worker is the script of a worker: openPocketNet({ worker: () => new Worker(…) }).');
const port = parentPort;
serve(
  {
    postMessage: (message, transfer) => port.postMessage(message, transfer),
    onAsk: (listener) => port.on('message', listener),
  },
  nodeKinds,
);

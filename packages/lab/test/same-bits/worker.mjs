import { parentPort, workerData } from 'node:worker_threads';
import { digests } from './digests.mjs';

parentPort.postMessage(await digests(workerData, 'simd'));

// The engine in several threads at once, some of which are ended in the middle of their work.
import { Worker } from 'node:worker_threads';

const program = `
  const { parentPort, workerData } = require('node:worker_threads');
  import('@pocketnet/torch').then(({ backward, fromArray, liveTensors, noGrad, ops, scope, tensor }) => {
    const shared = fromArray(new Float32Array(workerData.shared), [64]);
    const turn = () => scope(() => {
      const x = ops.randn([16, 16]);
      x.requiresGrad = true;
      backward(ops.sum(ops.matmul(x, x)));
      noGrad(() => ops.neg(x));
      try { ops.matmul(x, shared); } catch (error) { if (!/matmul/.test(error.message)) throw error; }
      return x.grad.toFloat32().every(Number.isFinite);
    });
    if (workerData.forever) for (parentPort.postMessage('running'); ; ) turn();
    let fine = true;
    for (let i = 0; i < 100; i++) fine &&= turn();
    const sum = scope(() => ops.sum(shared).item());
    parentPort.postMessage({ fine, sum, live: liveTensors() });
  });
`;

const shared = new SharedArrayBuffer(64 * 4);
new Float32Array(shared).fill(0.5);
const start = (forever) => new Worker(program, { eval: true, workerData: { shared, forever } });
const message = (worker) =>
  new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
const ended = (worker) => new Promise((resolve) => worker.once('exit', resolve));

// First only in workers: with the last of them Node would unload the addon.
for (let round = 0; round < 2; round++) {
  const pair = [start(false), start(false)];
  const ends = pair.map(ended);
  const results = await Promise.all(pair.map(message));
  await Promise.all(ends);
  console.log(JSON.stringify(results));
}
for (let round = 0; round < 3; round++) {
  const worker = start(true);
  await message(worker);
  await new Promise((resolve) => setTimeout(resolve, 5 + 7 * round));
  await worker.terminate();
}
const { ops } = await import('@pocketnet/torch');
console.log(`after them: ${ops.sum(ops.ones([3])).item()}`);

// A process that holds one model and runs it when asked: its memory, and the threads of its WebAssembly, are its own.
import { openModel } from '../../run/model.js';
import type { RuntimeName } from '../../run/runtimes/index.js';
import { measure } from '../measure.js';
import { noise } from '../noise.js';
import type { BenchRequest } from '../runner.js';
import type { WorkerAnswer } from './node.js';

const answer = (value: WorkerAnswer): void => void process.send?.(value);
const peakBytes = (): number => process.resourceUsage().maxRSS * 1024;

try {
  const [path = '', runtime, threads] = process.argv.slice(2); // given by node.ts
  const model = await openModel(path, { runtime: runtime as RuntimeName, threads: Number(threads) });
  const feedsOf = (batch: number) => noise(model.inputs, batch);
  await model.run(feedsOf(1)); // the first run of a session prepares its memory
  process.on('message', (request: BenchRequest) => {
    measure(feedsOf, model.run, request).then(
      (milliseconds) => answer({ milliseconds, peakBytes: peakBytes() }),
      (error: Error) => answer({ error: error.message }),
    );
  });
  const openBatch = typeof model.inputs[0]?.shape?.[0] !== 'number';
  answer({ milliseconds: [], peakBytes: peakBytes(), openBatch });
} catch (error) {
  answer({ error: error instanceof Error ? error.message : String(error) });
  process.disconnect();
}

// A process that holds one model and runs it when asked: its memory, and the threads of its WebAssembly, are its own.
import { openModel } from '../run/model.js';
import { noise } from './noise.js';
import type { BenchAnswer, BenchCase, BenchRequest } from './protocol.js';

const bench = JSON.parse(process.argv[2] ?? '{}') as BenchCase; // written by bench.ts
const answer = (value: BenchAnswer): void => void process.send?.(value);
const peakBytes = (): number => process.resourceUsage().maxRSS * 1024;

try {
  const { model: path, runtime, threads } = bench;
  const model = await openModel(path, { runtime, threads });
  const run = (batch: number): Promise<unknown> => model.run(noise(model.inputs, batch));
  await run(1); // the first run of a session prepares its memory
  process.on('message', ({ runs, batch }: BenchRequest) => {
    measure(run, runs, batch).then(
      (milliseconds) => answer({ milliseconds, peakBytes: peakBytes() }),
      (error: Error) => answer({ error: error.message }),
    );
  });
  answer({ milliseconds: [], peakBytes: peakBytes(), openBatch: typeof model.inputs[0]?.shape?.[0] !== 'number' });
} catch (error) {
  answer({ error: error instanceof Error ? error.message : String(error) });
  process.disconnect();
}

async function measure(run: (batch: number) => Promise<unknown>, runs: number, batch: number): Promise<number[]> {
  const milliseconds: number[] = [];
  for (let i = 0; i < runs; i++) {
    const start = performance.now();
    await run(batch);
    milliseconds.push(performance.now() - start);
  }
  return milliseconds;
}

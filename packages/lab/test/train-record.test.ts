import { readMetrics, startPosition, TrainRecord } from '@pocketnet/lab';
import { expect, test } from 'vitest';
import { experiment, workplace } from './experiment.js';

const at = workplace();
const sleep = (milliseconds: number): void =>
  void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);

/** Records four steps of 20 ms with a checkpoint of a time after each, and gives the speed of the one line about them. */
function speedWith(name: string, checkpoint: number): number {
  const { config } = experiment({ logEvery: 4, maxSteps: 4 });
  const position = startPosition();
  const loader = { source: { name: 'none', length: 8, identities: 2 } };
  const run = { loader, group: { size: 1 }, totalSteps: 4, position, changed: [] };
  const record = new TrainRecord(at(name), config, run, { resumed: false, quiet: true });
  for (let step = 1; step <= 4; step++) {
    sleep(20);
    position.step = step;
    record.step({ loss: 1, losses: [1], terms: ['head'], gradNorm: 1, lr: 0.1 });
    record.outside(() => sleep(checkpoint));
  }
  record.close();
  const [line] = readMetrics(at(name, 'metrics.jsonl'));
  return Number(line?.speed);
}

test('the speed of training holds no time of checkpoints', () => {
  // Four steps of 8 images in 80 ms and more: with the checkpoints of 0.9 s within the line it would be 33 images a second at most.
  expect(speedWith('slow', 300)).toBeGreaterThan(100);
  expect(speedWith('quick', 0)).toBeLessThanOrEqual(400);
});
